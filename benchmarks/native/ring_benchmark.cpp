// The ring against plain copies: bandwidth with 256 frames of 8 channels across two threads, the time of a round trip,
// and a long run in which every frame is checked.
//   ring_benchmark [frames to check]
#include "math4ai_sound.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

using stopwatch = std::chrono::steady_clock;

constexpr std::int32_t channels = 8;
constexpr std::int64_t block = 256;
constexpr std::int64_t capacity = 8192;

double seconds_since(stopwatch::time_point start) {
    return std::chrono::duration<double>(stopwatch::now() - start).count();
}

// Bytes per second of the same blocks handed over by nothing but two copies and one flag each: what two threads can do.
double copy_bandwidth(std::int64_t blocks) {
    constexpr std::int64_t slots = capacity / block;
    const std::size_t floats = static_cast<std::size_t>(channels * block);
    std::vector<float> from(floats, 1.0F), to(floats), buffer(floats * slots);
    struct alignas(64) flag {
        std::atomic<bool> full{false};
    };
    std::vector<flag> flags(slots);
    const auto start = stopwatch::now();
    std::thread producer([&] {
        for (std::int64_t i = 0; i < blocks; ++i) {
            const auto slot = static_cast<std::size_t>(i % slots);
            while (flags[slot].full.load(std::memory_order_acquire)) {
            }
            std::memcpy(buffer.data() + slot * floats, from.data(), floats * sizeof(float));
            flags[slot].full.store(true, std::memory_order_release);
        }
    });
    for (std::int64_t i = 0; i < blocks; ++i) {
        const auto slot = static_cast<std::size_t>(i % slots);
        while (!flags[slot].full.load(std::memory_order_acquire)) {
        }
        std::memcpy(to.data(), buffer.data() + slot * floats, floats * sizeof(float));
        flags[slot].full.store(false, std::memory_order_release);
    }
    producer.join();
    return static_cast<double>(blocks) * static_cast<double>(floats * sizeof(float)) / seconds_since(start);
}

double ring_bandwidth(std::int64_t blocks) {
    m4_ring* ring = nullptr;
    if (m4_ring_create(channels, capacity, &ring) != M4_OK) {
        std::abort();
    }
    const std::size_t floats = static_cast<std::size_t>(channels * block);
    std::vector<float> from(floats, 1.0F), to(floats);
    const auto start = stopwatch::now();
    std::thread producer([&] {
        for (std::int64_t sent = 0; sent < blocks * block;) {
            sent += m4_ring_write_planar(ring, from.data(), block, block);
        }
    });
    for (std::int64_t received = 0; received < blocks * block;) {
        received += m4_ring_read_planar(ring, to.data(), block, block);
    }
    producer.join();
    const double seconds = seconds_since(start);
    m4_ring_destroy(ring);
    return static_cast<double>(blocks) * static_cast<double>(floats * sizeof(float)) / seconds;
}

// A frame goes to another thread and back, again and again: nanoseconds, sorted.
std::vector<double> round_trips(std::size_t count) {
    m4_ring *there = nullptr, *back = nullptr;
    if (m4_ring_create(1, 64, &there) != M4_OK || m4_ring_create(1, 64, &back) != M4_OK) {
        std::abort();
    }
    std::thread echo([&] {
        float frame = 0;
        for (std::size_t i = 0; i < count;) {
            if (m4_ring_read_planar(there, &frame, 1, 1) == 1) {
                m4_ring_write_planar(back, &frame, 1, 1);
                ++i;
            }
        }
    });
    std::vector<double> times;
    times.reserve(count);
    float frame = 1;
    for (std::size_t i = 0; i < count; ++i) {
        const auto start = stopwatch::now();
        m4_ring_write_planar(there, &frame, 1, 1);
        while (m4_ring_read_planar(back, &frame, 1, 1) == 0) {
        }
        times.push_back(1e9 * seconds_since(start));
    }
    echo.join();
    m4_ring_destroy(there);
    m4_ring_destroy(back);
    std::sort(times.begin(), times.end());
    return times;
}

// Every frame carries its number, modulo what a float holds exactly; returns how many arrived wrong.
std::int64_t check(std::int64_t frames) {
    m4_ring* ring = nullptr;
    if (m4_ring_create(1, 65536, &ring) != M4_OK) {
        std::abort();
    }
    constexpr std::int64_t modulus = std::int64_t{1} << 24;
    std::thread producer([&] {
        for (std::int64_t sent = 0; sent < frames;) {
            float* samples = nullptr;
            const std::int64_t count =
                m4_ring_acquire_write(ring, std::min<std::int64_t>(4096, frames - sent), &samples);
            const auto first = static_cast<std::int32_t>(sent % modulus);
            for (std::int32_t i = 0; i < static_cast<std::int32_t>(count); ++i) {
                samples[i] = static_cast<float>((first + i) & static_cast<std::int32_t>(modulus - 1));
            }
            m4_ring_commit(ring, count);
            sent += count;
        }
        m4_ring_close(ring);
    });
    std::int64_t wrong = 0, received = 0;
    while (m4_ring_is_closed(ring) == 0 || m4_ring_readable(ring) > 0) {
        const float* samples = nullptr;
        const std::int64_t count = m4_ring_acquire_read(ring, 4096, &samples);
        const auto first = static_cast<std::int32_t>(received % modulus);
        std::int32_t bad = 0;
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(count); ++i) {
            bad += samples[i] != static_cast<float>((first + i) & static_cast<std::int32_t>(modulus - 1)) ? 1 : 0;
        }
        m4_ring_release(ring, count);
        wrong += bad;
        received += count;
    }
    producer.join();
    m4_ring_destroy(ring);
    return wrong + (frames - received);
}

} // namespace

int main(int count, char** words) {
    constexpr std::int64_t blocks = 400000;
    double copy = 0, ring = 0;
    for (int round = 0; round < 5; ++round) {
        copy = std::max(copy, copy_bandwidth(blocks));
        ring = std::max(ring, ring_bandwidth(blocks));
    }
    std::printf("copies alone, two threads: %.1f GB/s; ring, two threads: %.1f GB/s, %.2f times\n", 1e-9 * copy,
                1e-9 * ring, ring / copy);
    const std::vector<double> times = round_trips(1000000);
    std::printf("round trip: median %.0f ns, 99 %% %.0f ns, 99.99 %% %.0f ns\n", times[times.size() / 2],
                times[times.size() * 99 / 100], times[times.size() * 9999 / 10000]);
    const std::int64_t frames = count > 1 ? std::atoll(words[1]) : INT64_C(1000000000);
    const auto start = stopwatch::now();
    const std::int64_t wrong = check(frames);
    std::printf("%" PRId64 " frames checked in %.1f s, %" PRId64 " wrong\n", frames, seconds_since(start), wrong);
    return wrong == 0 ? 0 : 1;
}
