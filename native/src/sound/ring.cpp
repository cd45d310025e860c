// The ring's memory and its moves; ring.hpp says how it works, ring_wait.cpp how a side sleeps.
#include "ring.hpp"

#include <cstring>
#include <utility>

namespace {

constexpr std::int64_t largest_capacity = std::int64_t{1} << 32;

constexpr std::uint64_t longest_stretch = 16;

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
    if (count > 0) {
        for_each_piece(*ring, position, count, copy);
        ring->push(count);
    }
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
    if (count > 0) {
        for_each_piece(*ring, position, count, copy);
        ring->pull(count);
    }
    return static_cast<std::int64_t>(count);
}

bool block_is_valid(const m4_ring* ring, const void* samples, std::int64_t frames) {
    return ring != nullptr && samples != nullptr && frames > 0;
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
    std::unique_ptr<float, m4::aligned_delete> samples(
        static_cast<float*>(::operator new (bytes, std::align_val_t{m4::cache_line}, std::nothrow)));
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

m4_ring* m4_ring_retain(m4_ring* ring) {
    if (ring != nullptr) {
        ring->owners.fetch_add(1, std::memory_order_relaxed);
    }
    return ring;
}

void m4_ring_destroy(m4_ring* ring) {
    if (ring != nullptr && ring->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        delete ring;
    }
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
    ring->push(static_cast<std::uint64_t>(frames));
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
    ring->pull(static_cast<std::uint64_t>(frames));
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
        ring->closed.store(true, std::memory_order_seq_cst);
        ring->reader_bell.strike();
        ring->writer_bell.strike();
    }
}

void m4_ring_abandon(m4_ring* ring) {
    if (ring != nullptr) {
        ring->abandoned.store(true, std::memory_order_seq_cst);
        m4_ring_close(ring);
    }
}

std::int32_t m4_ring_is_closed(const m4_ring* ring) {
    return ring != nullptr && ring->closed.load(std::memory_order_acquire) ? 1 : 0;
}

void m4_ring_counts(const m4_ring* ring, std::uint64_t* overruns, std::uint64_t* underruns) {
    if (overruns != nullptr) {
        *overruns = ring == nullptr ? 0 : ring->overruns.load(std::memory_order_relaxed);
    }
    if (underruns != nullptr) {
        *underruns = ring == nullptr ? 0 : ring->underruns.load(std::memory_order_relaxed);
    }
}
