#include "waiting.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace m4 {

namespace {

using namespace std::chrono_literals;

// MPI's own wait looks again and again with a busy core. A message on one machine takes a microsecond or two and is
// waited for by yielding; whoever waits longer sleeps a tenth of the time that it has waited, at most a millisecond.
constexpr auto yielding = 50us;
constexpr auto shortest_sleep = 20us;
constexpr auto longest_sleep = 1000us;

/* What MATH4AI_MPI_DELAY adds to every message, to see on one machine what a network would do. */
std::chrono::microseconds delay() {
    static const std::chrono::microseconds of_network = [] {
        const char* text = std::getenv("MATH4AI_MPI_DELAY");
        return std::chrono::microseconds(text == nullptr ? 0 : std::clamp(std::atol(text), 0L, 1000000L));
    }();
    return of_network;
}

/* Linux lets a thread sleep 50 us longer than it asks, to wake several at once; the other processes wait for it. */
void sleep_no_longer_than(std::chrono::nanoseconds time) {
#ifdef __linux__
    constexpr unsigned long nanoseconds = 1000;
    thread_local const int asked = prctl(PR_SET_TIMERSLACK, nanoseconds);
    static_cast<void>(asked);
#endif
    std::this_thread::sleep_for(time);
}

} // namespace

int wait_for(int count, MPI_Request* requests) {
    const auto start = std::chrono::steady_clock::now();
    if (delay().count() > 0) {
        std::this_thread::sleep_for(delay());
    }
    for (;;) {
        int is_done = 0;
        const int result = MPI_Testall(count, requests, &is_done, MPI_STATUSES_IGNORE);
        if (result != MPI_SUCCESS || is_done != 0) {
            return result;
        }
        const auto waited = std::chrono::steady_clock::now() - start;
        if (waited < yielding) {
            std::this_thread::yield();
        } else {
            sleep_no_longer_than(std::clamp<std::chrono::nanoseconds>(waited / 10, shortest_sleep, longest_sleep));
        }
    }
}

} // namespace m4
