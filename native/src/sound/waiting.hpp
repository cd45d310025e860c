// What the operating system does for a side that waits; a file for each system.
#pragma once

#include <atomic>
#include <cstdint>

namespace m4 {

// Makes every running thread of the process order its stores before its loads, where has_membarrier says so.
void order_everywhere();

// Sleeps while the word has a value, for so many nanoseconds at most; negative: without end. May wake for nothing.
void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t longest_ns);

// Wakes all that sleep on a word.
void wake_all(std::atomic<std::uint32_t>& word);

} // namespace m4
