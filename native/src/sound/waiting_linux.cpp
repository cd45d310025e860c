#include "ring.hpp"
#include "waiting.hpp"

#include <ctime>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

const bool m4::has_membarrier = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;

void m4::order_everywhere() {
    if (has_membarrier) {
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    }
}

void m4::sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t longest_ns) {
    static_assert(sizeof(word) == sizeof(std::uint32_t));
    const timespec longest{static_cast<time_t>(longest_ns / 1000000000), static_cast<long>(longest_ns % 1000000000)};
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, longest_ns < 0 ? nullptr : &longest, nullptr, 0);
}

void m4::wake_all(std::atomic<std::uint32_t>& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
}
