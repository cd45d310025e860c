// How late the machine itself wakes a thread: a loop at real-time priority that sleeps until the end of each period and
// does nothing else. Prints how often it woke more than a period late, out of how many, and the worst in microseconds.
//   wake_loop SECONDS PERIOD_NANOSECONDS
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <sched.h>
#include <sys/mman.h>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: wake_loop SECONDS PERIOD_NANOSECONDS\n", stderr);
        return 2;
    }
    const std::int64_t period = std::atoll(argv[2]);
    const auto periods = static_cast<std::int64_t>(1e9 * std::atof(argv[1]) / static_cast<double>(period));
    sched_param wanted{};
    wanted.sched_priority = sched_get_priority_min(SCHED_FIFO) + 19; // above what is measured beside it
    const bool has_priority = sched_setscheduler(0, SCHED_FIFO, &wanted) == 0;
    mlockall(MCL_CURRENT | MCL_FUTURE);
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<std::int64_t>(time.tv_sec) * 1000000000 + time.tv_nsec;
    };
    std::int64_t late = 0, worst = 0;
    const std::int64_t start = now();
    for (std::int64_t i = 1; i <= periods; ++i) {
        const std::int64_t due = start + i * period;
        const timespec until{static_cast<time_t>(due / 1000000000), static_cast<long>(due % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
        const std::int64_t lateness = now() - due;
        late += lateness > period ? 1 : 0;
        worst = std::max(worst, lateness);
    }
    std::printf("%lld of %lld wake-ups late, worst %.1f us%s\n", static_cast<long long>(late),
                static_cast<long long>(periods), 1e-3 * static_cast<double>(worst),
                has_priority ? "" : " (priority refused)");
}
