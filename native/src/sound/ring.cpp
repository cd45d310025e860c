/*
 * Two counters that only grow: the writer owns `written_`, the reader owns `read_`. Each side keeps a copy of the
 * other's counter and looks at the shared one only when the copy says that there is not enough. The counters and the
 * copies stand on cache lines of their own, so that neither side's stores slow the other side's loads.
 * After the design of Dmitry Vyukov's and Erik Rigtorp's single-producer single-consumer queues, for blocks of frames.
 */
#include "math4ai_sound.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <thread>

namespace {

constexpr std::size_t cache_line = 64;
constexpr std::int64_t largest_capacity = std::int64_t{1} << 32;

constexpr std::uint64_t longest_stretch = 16;

std::int64_t nanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

struct aligned_delete {
    void operator()(float* samples) const { ::operator delete (samples, std::align_val_t{cache_line}); }
};

} // namespace

struct m4_ring {
    std::int32_t channels;
    std::uint64_t capacity;
    std::unique_ptr<float, aligned_delete> samples;

    alignas(cache_line) std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> overruns{0};
    std::uint64_t read_seen = 0;

    alignas(cache_line) std::atomic<std::uint64_t> read{0};
    std::atomic<std::uint64_t> underruns{0};
    std::uint64_t written_seen = 0;

    alignas(cache_line) std::atomic<bool> closed{false};

    // How long each side has waited lately, in nanoseconds.
    std::atomic<std::int64_t> usual_read_wait{0};
    std::atomic<std::int64_t> usual_write_wait{0};

    // When each stretch of frames was pushed, in nanoseconds of the steady clock; the stretch may be half read already
    // while the writer still fills it.
    std::uint64_t stretch = 1;
    std::unique_ptr<std::atomic<std::int64_t>[]> pushed;

    float* channel(std::int32_t index) const { return samples.get() + static_cast<std::size_t>(index) * capacity; }

    void note_push(std::uint64_t position, std::uint64_t frames) {
        const std::int64_t now = nanoseconds();
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
};

namespace {

// A run of frames in the ring is at most two contiguous pieces: calls piece(offset in ring, offset in block, frames).
template <typename Piece>
void for_each_piece(const m4_ring& ring, std::uint64_t position, std::uint64_t frames, Piece piece) {
    const std::uint64_t start = position & (ring.capacity - 1);
    const std::uint64_t first = std::min(frames, ring.capacity - start);
    piece(start, std::uint64_t{0}, first);
    if (first < frames) {
        piece(std::uint64_t{0}, first, frames - first);
    }
}

template <typename Copy> std::int64_t write_frames(m4_ring* ring, std::int64_t frames, Copy copy) {
    if (ring->closed.load(std::memory_order_relaxed)) {
        return 0;
    }
    const std::uint64_t position = ring->written.load(std::memory_order_relaxed);
    const std::uint64_t count = ring->room(static_cast<std::uint64_t>(frames));
    if (count < static_cast<std::uint64_t>(frames)) {
        ring->overruns.fetch_add(1, std::memory_order_relaxed);
    }
    for_each_piece(*ring, position, count, copy);
    ring->note_push(position, count);
    ring->written.store(position + count, std::memory_order_release);
    return static_cast<std::int64_t>(count);
}

template <typename Copy> std::int64_t read_frames(m4_ring* ring, std::int64_t frames, Copy copy) {
    // Read before the counter is: frames written before close() are then never taken for missing.
    const bool closed = ring->closed.load(std::memory_order_acquire);
    const std::uint64_t position = ring->read.load(std::memory_order_relaxed);
    const std::uint64_t count = ring->available(static_cast<std::uint64_t>(frames));
    if (count < static_cast<std::uint64_t>(frames) && !closed) {
        ring->underruns.fetch_add(1, std::memory_order_relaxed);
    }
    for_each_piece(*ring, position, count, copy);
    ring->read.store(position + count, std::memory_order_release);
    return static_cast<std::int64_t>(count);
}

bool block_is_valid(const m4_ring* ring, const void* samples, std::int64_t frames) {
    return ring != nullptr && samples != nullptr && frames > 0;
}

// Blocks come at a steady pace: sleeps through most of what the last waits took, then looks again and again.
template <typename Ready> std::int32_t wait(std::int64_t timeout_ns, std::atomic<std::int64_t>& usual_ns, Ready ready) {
    constexpr std::int64_t shortest = 20000, longest = 1000000;
    const std::int64_t start = nanoseconds();
    const std::int64_t usual = usual_ns.load(std::memory_order_relaxed);
    std::int64_t pause = usual - usual / 4;
    for (;;) {
        const std::int32_t result = ready();
        const std::int64_t waited = nanoseconds() - start;
        if (result != M4_TIMED_OUT) {
            usual_ns.store(usual + (std::min(waited, 4 * longest) - usual) / 8, std::memory_order_relaxed);
            return result;
        }
        if (waited >= timeout_ns) {
            return M4_TIMED_OUT;
        }
        pause = std::clamp(pause, shortest, longest);
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(pause, timeout_ns - waited)));
        pause = std::max(usual / 10, pause == longest ? longest : 0);
    }
}

} // namespace

std::int32_t m4_ring_create(std::int32_t channels, std::int64_t capacity, m4_ring** ring) {
    if (ring == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    *ring = nullptr;
    if (channels < 1 || channels > M4_MAX_CHANNELS || capacity < 1 || capacity > largest_capacity) {
        return M4_INVALID_ARGUMENT;
    }
    std::uint64_t rounded = 1;
    while (rounded < static_cast<std::uint64_t>(capacity)) {
        rounded *= 2;
    }
    const std::size_t bytes = static_cast<std::size_t>(channels) * rounded * sizeof(float);
    std::unique_ptr<float, aligned_delete> samples(
        static_cast<float*>(::operator new (bytes, std::align_val_t{cache_line}, std::nothrow)));
    if (samples == nullptr) {
        return M4_OUT_OF_MEMORY;
    }
    // Touch every page now, so that the audio side never meets a page fault.
    std::memset(samples.get(), 0, bytes);
    auto* created = new (std::nothrow) m4_ring;
    if (created == nullptr) {
        return M4_OUT_OF_MEMORY;
    }
    created->channels = channels;
    created->capacity = rounded;
    created->samples = std::move(samples);
    created->stretch = std::min(rounded, longest_stretch);
    created->pushed.reset(new (std::nothrow) std::atomic<std::int64_t>[rounded / created->stretch] {});
    if (created->pushed == nullptr) {
        delete created;
        return M4_OUT_OF_MEMORY;
    }
    *ring = created;
    return M4_OK;
}

void m4_ring_destroy(m4_ring* ring) {
    delete ring;
}

std::int32_t m4_ring_channels(const m4_ring* ring) {
    return ring == nullptr ? 0 : ring->channels;
}

std::int64_t m4_ring_capacity(const m4_ring* ring) {
    return ring == nullptr ? 0 : static_cast<std::int64_t>(ring->capacity);
}

std::int64_t m4_ring_writable(const m4_ring* ring) {
    return ring == nullptr ? 0 : m4_ring_capacity(ring) - m4_ring_readable(ring);
}

std::int64_t m4_ring_readable(const m4_ring* ring) {
    if (ring == nullptr) {
        return 0;
    }
    // The reader's counter first: the difference can then never come out negative.
    const std::uint64_t read = ring->read.load(std::memory_order_acquire);
    const std::uint64_t written = ring->written.load(std::memory_order_acquire);
    return static_cast<std::int64_t>(std::min(written - read, ring->capacity));
}

std::int64_t m4_ring_write_planar(m4_ring* ring, const float* samples, std::int64_t stride, std::int64_t frames) {
    if (!block_is_valid(ring, samples, frames) || (ring->channels > 1 && stride < frames)) {
        return 0;
    }
    return write_frames(ring, frames, [=](std::uint64_t to, std::uint64_t from, std::uint64_t count) {
        for (std::int32_t c = 0; c < ring->channels; ++c) {
            std::memcpy(ring->channel(c) + to, samples + c * stride + from, count * sizeof(float));
        }
    });
}

std::int64_t m4_ring_write_interleaved(m4_ring* ring, const float* samples, std::int64_t frames) {
    if (!block_is_valid(ring, samples, frames)) {
        return 0;
    }
    return write_frames(ring, frames, [=](std::uint64_t to, std::uint64_t from, std::uint64_t count) {
        const auto channels = static_cast<std::uint64_t>(ring->channels);
        for (std::uint64_t c = 0; c < channels; ++c) {
            float* target = ring->channel(static_cast<std::int32_t>(c)) + to;
            const float* source = samples + from * channels + c;
            for (std::uint64_t i = 0; i < count; ++i) {
                target[i] = source[i * channels];
            }
        }
    });
}

std::int64_t m4_ring_read_planar(m4_ring* ring, float* samples, std::int64_t stride, std::int64_t frames) {
    if (!block_is_valid(ring, samples, frames) || (ring->channels > 1 && stride < frames)) {
        return 0;
    }
    return read_frames(ring, frames, [=](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
        for (std::int32_t c = 0; c < ring->channels; ++c) {
            std::memcpy(samples + c * stride + to, ring->channel(c) + from, count * sizeof(float));
        }
    });
}

std::int64_t m4_ring_read_interleaved(m4_ring* ring, float* samples, std::int64_t frames) {
    if (!block_is_valid(ring, samples, frames)) {
        return 0;
    }
    return read_frames(ring, frames, [=](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
        const auto channels = static_cast<std::uint64_t>(ring->channels);
        for (std::uint64_t c = 0; c < channels; ++c) {
            const float* source = ring->channel(static_cast<std::int32_t>(c)) + from;
            float* target = samples + to * channels + c;
            for (std::uint64_t i = 0; i < count; ++i) {
                target[i * channels] = source[i];
            }
        }
    });
}

std::int64_t m4_ring_acquire_write(m4_ring* ring, std::int64_t frames, float** samples) {
    if (!block_is_valid(ring, samples, frames) || ring->closed.load(std::memory_order_relaxed)) {
        return 0;
    }
    const std::uint64_t start = ring->written.load(std::memory_order_relaxed) & (ring->capacity - 1);
    *samples = ring->channel(0) + start;
    return static_cast<std::int64_t>(std::min(ring->room(static_cast<std::uint64_t>(frames)), ring->capacity - start));
}

std::int32_t m4_ring_commit(m4_ring* ring, std::int64_t frames) {
    if (ring == nullptr || frames < 0 ||
        static_cast<std::uint64_t>(frames) > ring->room(static_cast<std::uint64_t>(frames))) {
        return M4_INVALID_ARGUMENT;
    }
    const std::uint64_t position = ring->written.load(std::memory_order_relaxed);
    ring->note_push(position, static_cast<std::uint64_t>(frames));
    ring->written.store(position + static_cast<std::uint64_t>(frames), std::memory_order_release);
    return M4_OK;
}

std::int64_t m4_ring_acquire_read(m4_ring* ring, std::int64_t frames, const float** samples) {
    if (!block_is_valid(ring, samples, frames)) {
        return 0;
    }
    const std::uint64_t start = ring->read.load(std::memory_order_relaxed) & (ring->capacity - 1);
    *samples = ring->channel(0) + start;
    return static_cast<std::int64_t>(
        std::min(ring->available(static_cast<std::uint64_t>(frames)), ring->capacity - start));
}

std::int32_t m4_ring_release(m4_ring* ring, std::int64_t frames) {
    if (ring == nullptr || frames < 0 ||
        static_cast<std::uint64_t>(frames) > ring->available(static_cast<std::uint64_t>(frames))) {
        return M4_INVALID_ARGUMENT;
    }
    const std::uint64_t position = ring->read.load(std::memory_order_relaxed);
    ring->read.store(position + static_cast<std::uint64_t>(frames), std::memory_order_release);
    return M4_OK;
}

std::int64_t m4_ring_pushed_at(m4_ring* ring, std::int64_t frames) {
    if (ring == nullptr || frames < 1 ||
        static_cast<std::uint64_t>(frames) > ring->available(static_cast<std::uint64_t>(frames))) {
        return -1;
    }
    const std::uint64_t last = ring->read.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(frames) - 1;
    return ring->pushed[last / ring->stretch & (ring->capacity / ring->stretch - 1)].load(std::memory_order_relaxed);
}

void m4_ring_close(m4_ring* ring) {
    if (ring != nullptr) {
        ring->closed.store(true, std::memory_order_release);
    }
}

std::int32_t m4_ring_is_closed(const m4_ring* ring) {
    return ring != nullptr && ring->closed.load(std::memory_order_acquire) ? 1 : 0;
}

std::int32_t m4_ring_wait_readable(m4_ring* ring, std::int64_t frames, std::int64_t timeout_ns) {
    if (ring == nullptr || frames < 1 || frames > m4_ring_capacity(ring)) {
        return M4_INVALID_ARGUMENT;
    }
    return wait(timeout_ns, ring->usual_read_wait, [=]() -> std::int32_t {
        const bool closed = ring->closed.load(std::memory_order_acquire);
        if (m4_ring_readable(ring) >= frames) {
            return M4_OK;
        }
        return closed ? M4_END_OF_STREAM : M4_TIMED_OUT;
    });
}

std::int32_t m4_ring_wait_writable(m4_ring* ring, std::int64_t frames, std::int64_t timeout_ns) {
    if (ring == nullptr || frames < 1 || frames > m4_ring_capacity(ring)) {
        return M4_INVALID_ARGUMENT;
    }
    return wait(timeout_ns, ring->usual_write_wait, [=]() -> std::int32_t {
        if (ring->closed.load(std::memory_order_acquire)) {
            return M4_END_OF_STREAM;
        }
        return m4_ring_writable(ring) >= frames ? M4_OK : M4_TIMED_OUT;
    });
}

void m4_ring_counts(const m4_ring* ring, std::uint64_t* overruns, std::uint64_t* underruns) {
    if (overruns != nullptr) {
        *overruns = ring == nullptr ? 0 : ring->overruns.load(std::memory_order_relaxed);
    }
    if (underruns != nullptr) {
        *underruns = ring == nullptr ? 0 : ring->underruns.load(std::memory_order_relaxed);
    }
}
