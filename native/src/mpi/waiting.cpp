#include "waiting.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace m4 {

namespace {

using namespace std::chrono_literals;

// MPI's own wait looks again and again with a busy core. A message on one machine takes a microsecond or two and is
// waited for by yielding; whoever waits longer sleeps a tenth of the time that it has waited, at most a millisecond.
constexpr auto yielding = 50us;
constexpr auto shortest_sleep = 20us;
constexpr auto longest_sleep = 1000us;

} // namespace

int wait_for(int count, MPI_Request* requests) {
    const auto start = std::chrono::steady_clock::now();
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
            std::this_thread::sleep_for(
                std::clamp<std::chrono::nanoseconds>(waited / 10, shortest_sleep, longest_sleep));
        }
    }
}

} // namespace m4
