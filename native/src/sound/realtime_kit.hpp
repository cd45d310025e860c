#pragma once

namespace m4 {

// Asks RealtimeKit, the service that gives desktop users real-time threads, for SCHED_FIFO priority for the calling
// thread. It gives none to a process without a limit on the time that such a thread may compute without waiting, so
// one is set; a thread that reaches it becomes an ordinary one again. Returns whether the priority was granted.
bool ask_realtime_kit(int priority);

} // namespace m4
