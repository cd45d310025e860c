// What a thread of sound may ask of the system.
#include "math4ai_sound.h"
#include "realtime_kit.hpp"

#include <cstdint>

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace {

constexpr unsigned flush_denormals = 0x8040; // results, and operands, that are denormal count as zero

} // namespace

std::int32_t m4_realtime_begin(m4_realtime* realtime) {
    if (realtime == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    *realtime = m4_realtime{};
    sched_param before{};
    if (pthread_getschedparam(pthread_self(), &realtime->policy_before, &before) != 0) {
        return M4_IO_ERROR;
    }
    realtime->priority_before = before.sched_priority;
    // Above ordinary threads, below those of a sound server or the kernel.
    sched_param wanted{};
    wanted.sched_priority = sched_get_priority_min(SCHED_FIFO) + 9;
    // Threads that this one starts are ordinary ones: one that learns for a second must not hold a core for it.
    realtime->has_priority = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0
                                 ? M4_PRIORITY_BY_SYSTEM
                             : m4::ask_realtime_kit(wanted.sched_priority) ? M4_PRIORITY_BY_KIT
                                                                           : M4_PRIORITY_NONE;
    realtime->has_memory = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 1 : 0;
#if defined(__SSE__)
    realtime->control_before = _mm_getcsr();
    _mm_setcsr(realtime->control_before | flush_denormals);
    realtime->flushes_denormals = 1;
#endif
    return M4_OK;
}

std::int32_t m4_realtime_end(const m4_realtime* realtime) {
    if (realtime == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
#if defined(__SSE__)
    _mm_setcsr(realtime->control_before);
#endif
    std::int32_t result = M4_OK;
    if (realtime->has_memory != 0 && munlockall() != 0) {
        result = M4_IO_ERROR;
    }
    sched_param before{};
    before.sched_priority = realtime->priority_before;
    // Who may not take the mark of ordinary children away again keeps it.
    if (realtime->has_priority != 0 && sched_setscheduler(0, realtime->policy_before, &before) != 0 &&
        sched_setscheduler(0, realtime->policy_before | SCHED_RESET_ON_FORK, &before) != 0) {
        result = M4_IO_ERROR;
    }
    return result;
}
