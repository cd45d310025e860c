#include "ring.hpp"
#include "waiting.hpp"

#include <windows.h>

// Windows has always had the call.
const bool m4::has_membarrier = true;

void m4::order_everywhere() {
    FlushProcessWriteBuffers();
}

void m4::sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t longest_ns) {
    static_assert(sizeof(word) == sizeof(std::uint32_t));
    // Milliseconds, rounded up; the longest that is not without end is 49 days.
    const std::int64_t longest = std::min<std::int64_t>((longest_ns + 999999) / 1000000, INFINITE - 1);
    WaitOnAddress(&word, &value, sizeof(value), longest_ns < 0 ? INFINITE : static_cast<DWORD>(longest));
}

void m4::wake_all(std::atomic<std::uint32_t>& word) {
    WakeByAddressAll(&word);
}
