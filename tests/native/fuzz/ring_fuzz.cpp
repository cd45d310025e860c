// The ring's operations in any order and with any arguments, against a queue of frame numbers.
#include "math4ai_sound.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <vector>

namespace {

void require(bool holds) {
    if (!holds) {
        abort();
    }
}

float value_of(std::int64_t frame, std::int32_t channel) {
    return static_cast<float>((frame + 7 * channel) & 0xFFFFFF);
}

struct tester {
    m4_ring* ring;
    std::int32_t channels;
    std::int64_t capacity;
    std::deque<std::int64_t> model{};
    std::int64_t next = 0;
    bool closed = false;
    std::vector<float> block{};

    std::int64_t held() const { return static_cast<std::int64_t>(model.size()); }

    std::int64_t expected_write(std::int64_t frames) const { return closed ? 0 : std::min(frames, capacity - held()); }

    float& at(std::int64_t frame, std::int32_t channel, std::int64_t stride, bool planar) {
        return block[static_cast<std::size_t>(planar ? channel * stride + frame : frame * channels + channel)];
    }

    void push(std::int64_t frames) {
        for (std::int64_t i = 0; i < frames; ++i) {
            model.push_back(next++);
        }
    }

    void write(std::int64_t frames, std::int64_t slack, bool planar) {
        const std::int64_t stride = frames + slack;
        block.assign(static_cast<std::size_t>(stride * channels), -1.0F);
        for (std::int32_t c = 0; c < channels; ++c) {
            for (std::int64_t i = 0; i < frames; ++i) {
                at(i, c, stride, planar) = value_of(next + i, c);
            }
        }
        const std::int64_t wanted = frames < 1 ? 0 : expected_write(frames);
        const std::int64_t moved = planar ? m4_ring_write_planar(ring, block.data(), stride, frames)
                                          : m4_ring_write_interleaved(ring, block.data(), frames);
        require(moved == wanted);
        push(moved);
    }

    void read(std::int64_t frames, std::int64_t slack, bool planar) {
        const std::int64_t stride = frames + slack;
        block.assign(static_cast<std::size_t>(stride * channels), -1.0F);
        const std::int64_t moved = planar ? m4_ring_read_planar(ring, block.data(), stride, frames)
                                          : m4_ring_read_interleaved(ring, block.data(), frames);
        require(moved == std::min(frames, held()));
        for (std::int64_t i = 0; i < moved; ++i) {
            for (std::int32_t c = 0; c < channels; ++c) {
                require(at(i, c, stride, planar) == value_of(model.front(), c));
            }
            model.pop_front();
        }
    }

    void fill(std::int64_t frames, std::int64_t used) {
        float* samples = nullptr;
        const std::int64_t count = m4_ring_acquire_write(ring, frames, &samples);
        require(count <= std::max<std::int64_t>(0, expected_write(frames)));
        for (std::int32_t c = 0; c < channels; ++c) {
            for (std::int64_t i = 0; i < count; ++i) {
                samples[c * capacity + i] = value_of(next + i, c);
            }
        }
        const std::int64_t committed = std::min(count, used);
        require(m4_ring_commit(ring, committed) == M4_OK);
        push(committed);
        require(m4_ring_commit(ring, capacity - held() + 1) == M4_INVALID_ARGUMENT);
    }

    void take(std::int64_t frames, std::int64_t used) {
        const float* samples = nullptr;
        const std::int64_t count = m4_ring_acquire_read(ring, frames, &samples);
        require(count <= std::max<std::int64_t>(0, std::min(frames, held())));
        for (std::int64_t i = 0; i < count; ++i) {
            for (std::int32_t c = 0; c < channels; ++c) {
                require(samples[c * capacity + i] == value_of(model[static_cast<std::size_t>(i)], c));
            }
        }
        const std::int64_t released = std::min(count, used);
        require(m4_ring_release(ring, released) == M4_OK);
        model.erase(model.begin(), model.begin() + released);
        require(m4_ring_release(ring, held() + 1) == M4_INVALID_ARGUMENT);
        require((m4_ring_pushed_at(ring, frames) >= 0) == (frames >= 1 && frames <= held()));
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    m4_ring* ring = nullptr;
    const std::int32_t channels = data[0] % 5;
    const std::int32_t created = m4_ring_create(channels, data[1], &ring);
    require((created == M4_OK) == (channels > 0 && data[1] > 0));
    if (created != M4_OK) {
        return 0;
    }
    tester test{ring, channels, m4_ring_capacity(ring)};
    for (std::size_t i = 2; i + 2 < size; i += 3) {
        const std::int64_t frames = data[i + 1], more = data[i + 2];
        switch (data[i] % 7) {
        case 0:
        case 1:
            test.write(frames, more % 8, data[i] % 7 == 0);
            break;
        case 2:
        case 3:
            test.read(frames, more % 8, data[i] % 7 == 2);
            break;
        case 4:
            test.fill(frames, more);
            break;
        case 5:
            test.take(frames, more);
            break;
        default:
            if (more == 0) {
                m4_ring_close(ring);
                test.closed = true;
            }
        }
        require(m4_ring_readable(ring) == test.held());
        require(m4_ring_writable(ring) == test.capacity - test.held());
        require((m4_ring_is_closed(ring) != 0) == test.closed);
    }
    m4_ring_destroy(ring);
    return 0;
}
