/*
 * Two counters that only grow: the writer owns `written`, the reader owns
 * `read`. Each side keeps a copy of the other's counter and looks at the shared
 * one only when the copy says that there is not enough. The counters and the
 * copies stand on cache lines of their own, so that neither side's stores slow
 * the other side's loads. After the design of Dmitry Vyukov's and Erik
 * Rigtorp's single-producer single-consumer queues, for blocks of frames.
 *
 * A side that waits writes into its bell the counter value that it waits for,
 * looks once more, and sleeps. The other side advances its counter, then reads
 * the bell. Both in this order, so that at least one of them sees the other and
 * no wake-up is lost. Only the side that is about to sleep pays for the order:
 * membarrier() makes every running thread of the process order its stores
 * before its loads. Where the kernel has no such call, the fast side pays too.
 * A side that nobody waits for makes no system call.
 */
#pragma once

#include "math4ai_sound.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace m4 {

constexpr std::size_t cache_line = 64;

inline std::int64_t nanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Whether membarrier() can be asked for; found out before the first ring is
// made.
extern const bool has_membarrier;

// Advances a counter, and orders that before what is loaded next.
inline void advance(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
    if (has_membarrier) {
        counter.store(value, std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
        counter.store(value, std::memory_order_seq_cst);
    }
}

// Where one side sleeps until the other's counter has reached a value.
struct bell {
    static constexpr std::uint64_t nobody = UINT64_MAX;

    std::atomic<std::uint64_t> wanted{nobody};
    std::atomic<std::uint32_t> strokes{0};
    std::atomic<std::int64_t> usual_ns{0}; // how long the last waits took

    // The other side's counter has reached this value.
    void reached(std::uint64_t value) {
        if (value >= wanted.load(std::memory_order_seq_cst)) {
            strike();
        }
    }

    // Wakes whoever sleeps.
    void strike();
};

struct aligned_delete {
    void operator()(float* samples) const { ::operator delete (samples, std::align_val_t{cache_line}); }
};

} // namespace m4

struct m4_ring {
    std::int32_t channels;
    std::uint64_t capacity;
    std::unique_ptr<float, m4::aligned_delete> samples;
    std::atomic<std::int32_t> owners{1};

    alignas(m4::cache_line) std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> overruns{0};
    std::uint64_t read_seen = 0;

    alignas(m4::cache_line) std::atomic<std::uint64_t> read{0};
    std::atomic<std::uint64_t> underruns{0};
    std::uint64_t written_seen = 0;

    alignas(m4::cache_line) std::atomic<bool> closed{false};
    std::atomic<bool> abandoned{false};

    // Each is read by the other side at every move and written where a side
    // sleeps: on lines of their own.
    alignas(m4::cache_line) m4::bell reader_bell;
    alignas(m4::cache_line) m4::bell writer_bell;

    // When each stretch of frames was pushed, in nanoseconds of the steady clock;
    // the stretch may be half read already while the writer still fills it.
    alignas(m4::cache_line) std::uint64_t stretch = 1;
    std::unique_ptr<std::atomic<std::int64_t>[]> pushed;

    float* channel(std::int32_t index) const { return samples.get() + static_cast<std::size_t>(index) * capacity; }

    void note_push(std::uint64_t position, std::uint64_t frames) {
        const std::int64_t now = m4::nanoseconds();
        const std::uint64_t mask = capacity / stretch - 1;
        for (std::uint64_t i = position / stretch; frames > 0 && i <= (position + frames - 1) / stretch; ++i) {
            pushed[i & mask].store(now, std::memory_order_relaxed);
        }
    }

    // The writer's question: how many frames fit, of `wanted`.
    std::uint64_t room(std::uint64_t wanted) {
        const std::uint64_t position = written.load(std::memory_order_relaxed);
        if (capacity - (position - read_seen) < wanted) {
            read_seen = read.load(std::memory_order_acquire);
        }
        return std::min(wanted, capacity - (position - read_seen));
    }

    // The reader's question: how many frames are there, of `wanted`.
    std::uint64_t available(std::uint64_t wanted) {
        const std::uint64_t position = read.load(std::memory_order_relaxed);
        if (written_seen - position < wanted) {
            written_seen = written.load(std::memory_order_acquire);
        }
        return std::min(wanted, written_seen - position);
    }

    void push(std::uint64_t frames) {
        const std::uint64_t position = written.load(std::memory_order_relaxed);
        note_push(position, frames);
        m4::advance(written, position + frames);
        reader_bell.reached(position + frames);
    }

    void pull(std::uint64_t frames) {
        const std::uint64_t position = read.load(std::memory_order_relaxed) + frames;
        m4::advance(read, position);
        writer_bell.reached(position);
    }
};
