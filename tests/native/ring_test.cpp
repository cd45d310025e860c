#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

struct ring_deleter {
    void operator()(m4_ring* ring) const { m4_ring_destroy(ring); }
};

using ring_handle = std::unique_ptr<m4_ring, ring_deleter>;

ring_handle make_ring(std::int32_t channels, std::int64_t capacity) {
    m4_ring* ring = nullptr;
    EXPECT_EQ(m4_ring_create(channels, capacity, &ring), M4_OK);
    return ring_handle(ring);
}

// The value of a frame in a channel: exact in float32, and different in neighbouring frames and channels.
float value_of(std::int64_t frame, std::int32_t channel) {
    return static_cast<float>((frame + 7 * channel) & 0xFFFFFF);
}

std::vector<float> planar_block(std::int64_t first, std::int32_t channels, std::int64_t frames) {
    std::vector<float> block;
    for (std::int32_t c = 0; c < channels; ++c) {
        for (std::int64_t i = 0; i < frames; ++i) {
            block.push_back(value_of(first + i, c));
        }
    }
    return block;
}

// A sanitizer tells a race by the order of two accesses, and a wrong address at the first one, not by how often, and
// takes many times as long: a part of the work there, and all of it where MATH4AI_ROUNDS asks for a long proof.
bool is_shorter() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    return std::getenv("MATH4AI_ROUNDS") == nullptr;
#else
    return false;
#endif
}

} // namespace

TEST(Ring, Capacity_is_rounded_up_to_a_power_of_two) {
    EXPECT_EQ(m4_ring_capacity(make_ring(1, 1).get()), 1);
    EXPECT_EQ(m4_ring_capacity(make_ring(2, 5).get()), 8);
    EXPECT_EQ(m4_ring_capacity(make_ring(2, 1024).get()), 1024);
}

TEST(Ring, Senseless_sizes_are_refused) {
    m4_ring* ring = nullptr;
    EXPECT_EQ(m4_ring_create(0, 16, &ring), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_create(M4_MAX_CHANNELS + 1, 16, &ring), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_create(2, 0, &ring), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_create(2, INT64_MAX, &ring), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_create(2, 16, nullptr), M4_INVALID_ARGUMENT);
    EXPECT_EQ(ring, nullptr);
}

TEST(Ring, Null_handles_and_empty_blocks_move_nothing) {
    float sample = 0;
    EXPECT_EQ(m4_ring_write_planar(nullptr, &sample, 1, 1), 0);
    EXPECT_EQ(m4_ring_read_interleaved(nullptr, &sample, 1), 0);
    EXPECT_EQ(m4_ring_readable(nullptr), 0);
    const ring_handle ring = make_ring(2, 4);
    EXPECT_EQ(m4_ring_write_planar(ring.get(), nullptr, 1, 1), 0);
    EXPECT_EQ(m4_ring_write_interleaved(ring.get(), &sample, -1), 0);
    EXPECT_EQ(m4_ring_write_planar(ring.get(), &sample, 1, 2), 0) << "the stride is shorter than the block";
    EXPECT_EQ(m4_ring_readable(ring.get()), 0);
}

TEST(Ring, Planar_and_interleaved_sides_see_the_same_frames) {
    const ring_handle ring = make_ring(3, 4);
    std::array<float, 9> read{};
    // Two rounds, so that the second wraps around the end.
    for (std::int64_t round = 0; round < 2; ++round) {
        const std::vector<float> planar = planar_block(round * 3, 3, 3);
        ASSERT_EQ(m4_ring_write_planar(ring.get(), planar.data(), 3, 3), 3);
        ASSERT_EQ(m4_ring_read_interleaved(ring.get(), read.data(), 3), 3);
        for (std::int32_t c = 0; c < 3; ++c) {
            for (std::int64_t i = 0; i < 3; ++i) {
                EXPECT_EQ(read[static_cast<std::size_t>(i * 3 + c)], value_of(round * 3 + i, c));
            }
        }
        ASSERT_EQ(m4_ring_write_interleaved(ring.get(), read.data(), 3), 3);
        std::array<float, 9> back{};
        ASSERT_EQ(m4_ring_read_planar(ring.get(), back.data(), 3, 3), 3);
        EXPECT_EQ(std::vector<float>(back.begin(), back.end()), planar);
    }
}

TEST(Ring, Short_moves_are_counted_as_overruns_and_underruns) {
    const ring_handle ring = make_ring(1, 4);
    std::array<float, 6> block{1, 2, 3, 4, 5, 6};
    EXPECT_EQ(m4_ring_write_planar(ring.get(), block.data(), 6, 6), 4);
    EXPECT_EQ(m4_ring_read_planar(ring.get(), block.data(), 6, 6), 4);
    EXPECT_EQ(m4_ring_read_planar(ring.get(), block.data(), 6, 6), 0);
    std::uint64_t overruns = 0, underruns = 0;
    m4_ring_counts(ring.get(), &overruns, &underruns);
    EXPECT_EQ(overruns, 1u);
    EXPECT_EQ(underruns, 2u);
}

TEST(Ring, After_close_the_reader_gets_the_rest_and_then_the_end) {
    const ring_handle ring = make_ring(1, 8);
    std::array<float, 8> block{1, 2, 3};
    ASSERT_EQ(m4_ring_write_planar(ring.get(), block.data(), 3, 3), 3);
    m4_ring_close(ring.get());
    EXPECT_EQ(m4_ring_is_closed(ring.get()), 1);
    EXPECT_EQ(m4_ring_write_planar(ring.get(), block.data(), 1, 1), 0);
    EXPECT_EQ(m4_ring_wait_readable(ring.get(), 3, 0), M4_OK);
    EXPECT_EQ(m4_ring_wait_readable(ring.get(), 4, 0), M4_END_OF_STREAM);
    EXPECT_EQ(m4_ring_wait_writable(ring.get(), 1, 0), M4_END_OF_STREAM);
    EXPECT_EQ(m4_ring_read_planar(ring.get(), block.data(), 8, 8), 3);
    std::uint64_t underruns = 0;
    m4_ring_counts(ring.get(), nullptr, &underruns);
    EXPECT_EQ(underruns, 0u) << "the end of a stream is no underrun";
}

TEST(Ring, Waiting_ends_at_its_time_out) {
    const ring_handle ring = make_ring(1, 4);
    EXPECT_EQ(m4_ring_wait_readable(ring.get(), 1, 2'000'000), M4_TIMED_OUT);
    EXPECT_EQ(m4_ring_wait_readable(ring.get(), 5, 0), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_wait_writable(ring.get(), 4, 0), M4_OK);
    std::array<float, 4> block{};
    m4_ring_write_planar(ring.get(), block.data(), 4, 4);
    EXPECT_EQ(m4_ring_wait_writable(ring.get(), 1, 2'000'000), M4_TIMED_OUT);
}

TEST(Ring, A_wait_without_a_timeout_ends_when_the_ring_is_closed_or_abandoned) {
    for (const bool is_abandoned : {false, true}) {
        for (const bool is_reader : {false, true}) {
            const ring_handle ring = make_ring(1, 4);
            const std::array<float, 4> block{};
            if (!is_reader) {
                m4_ring_write_planar(ring.get(), block.data(), 4, 4);
            }
            std::int32_t result = M4_OK;
            std::thread waiter([&] {
                result =
                    is_reader ? m4_ring_wait_readable(ring.get(), 1, -1) : m4_ring_wait_writable(ring.get(), 1, -1);
            });
            is_abandoned ? m4_ring_abandon(ring.get()) : m4_ring_close(ring.get());
            waiter.join();
            EXPECT_EQ(result, is_abandoned ? M4_ABANDONED : M4_END_OF_STREAM);
        }
    }
}

TEST(Ring, A_ring_lives_until_its_last_owner_is_done) {
    m4_ring* ring = nullptr;
    ASSERT_EQ(m4_ring_create(1, 4, &ring), M4_OK);
    EXPECT_EQ(m4_ring_retain(ring), ring);
    m4_ring_destroy(ring);
    const float sample = 1;
    EXPECT_EQ(m4_ring_write_planar(ring, &sample, 1, 1), 1);
    m4_ring_destroy(ring);
    m4_ring_destroy(nullptr);
    EXPECT_EQ(m4_ring_retain(nullptr), nullptr);
}

// A frame goes back and forth between two threads that wait for each other without a timeout: a wake-up that is lost
// would end this in a wait for ever. MATH4AI_ROUNDS says how often; './build.sh check wakeups' takes 10^8 waits.
TEST(Ring, No_wake_up_is_lost) {
    const char* said = std::getenv("MATH4AI_ROUNDS");
    const std::int64_t rounds = said == nullptr ? 50'000 : std::atoll(said);
    const ring_handle there = make_ring(1, 1), back = make_ring(1, 1);
    std::thread echo([&] {
        float sample = 0;
        for (std::int64_t i = 0; i < rounds; ++i) {
            m4_ring_wait_readable(there.get(), 1, -1);
            m4_ring_read_planar(there.get(), &sample, 1, 1);
            m4_ring_wait_writable(back.get(), 1, -1);
            m4_ring_write_planar(back.get(), &sample, 1, 1);
        }
    });
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < rounds; ++i) {
        float sample = value_of(i, 0);
        m4_ring_wait_writable(there.get(), 1, -1);
        m4_ring_write_planar(there.get(), &sample, 1, 1);
        m4_ring_wait_readable(back.get(), 1, -1);
        m4_ring_read_planar(back.get(), &sample, 1, 1);
        wrong += sample != value_of(i, 0) ? 1 : 0;
    }
    echo.join();
    EXPECT_EQ(wrong, 0);
}

TEST(Ring, Pieces_are_taken_without_a_copy_and_end_where_the_memory_does) {
    const ring_handle ring = make_ring(2, 8);
    float* to = nullptr;
    const float* from = nullptr;
    EXPECT_EQ(m4_ring_acquire_read(ring.get(), 4, &from), 0);
    for (std::int64_t round = 0; round < 5; ++round) {
        ASSERT_EQ(m4_ring_acquire_write(ring.get(), 4, &to), 4);
        for (std::int32_t c = 0; c < 2; ++c) {
            for (std::int64_t i = 0; i < 4; ++i) {
                to[c * m4_ring_capacity(ring.get()) + i] = value_of(4 * round + i, c);
            }
        }
        ASSERT_EQ(m4_ring_readable(ring.get()), 0) << "nothing is pushed before commit";
        ASSERT_EQ(m4_ring_commit(ring.get(), 4), M4_OK);
        ASSERT_EQ(m4_ring_acquire_read(ring.get(), 8, &from), 4);
        EXPECT_EQ(from[3], value_of(4 * round + 3, 0));
        EXPECT_EQ(from[m4_ring_capacity(ring.get())], value_of(4 * round, 1));
        ASSERT_EQ(m4_ring_release(ring.get(), 4), M4_OK);
    }
    ASSERT_EQ(m4_ring_acquire_write(ring.get(), 8, &to), 4) << "twenty frames on, four are left to the end";
    EXPECT_EQ(m4_ring_commit(ring.get(), 9), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_release(ring.get(), 1), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_ring_commit(ring.get(), -1), M4_INVALID_ARGUMENT);
}

TEST(Ring, Every_frame_carries_the_time_at_which_it_was_pushed) {
    const ring_handle ring = make_ring(1, 64);
    std::array<float, 32> block{};
    const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1); };
    EXPECT_EQ(m4_ring_pushed_at(ring.get(), 1), -1);
    const std::int64_t start = now();
    m4_ring_write_planar(ring.get(), block.data(), 32, 32);
    const std::int64_t between = now();
    m4_ring_write_planar(ring.get(), block.data(), 32, 32);
    const std::int64_t end = now();
    EXPECT_GE(m4_ring_pushed_at(ring.get(), 32), start);
    EXPECT_LE(m4_ring_pushed_at(ring.get(), 32), between);
    EXPECT_GE(m4_ring_pushed_at(ring.get(), 33), between);
    EXPECT_LE(m4_ring_pushed_at(ring.get(), 64), end);
    EXPECT_EQ(m4_ring_pushed_at(ring.get(), 65), -1);
}

TEST(Ring, Random_operations_agree_with_a_queue) {
    std::mt19937 random(20);
    std::uniform_int_distribution<std::int64_t> any_count(1, 40);
    const ring_handle ring = make_ring(2, 32);
    std::deque<std::int64_t> model;
    std::int64_t next = 0;
    const int steps = is_shorter() ? 40'000 : 200'000;
    for (int step = 0; step < steps; ++step) {
        const std::int64_t count = any_count(random);
        std::vector<float> block(static_cast<std::size_t>(count) * 2);
        if (random() % 2 == 0) {
            block = planar_block(next, 2, count);
            const std::int64_t moved = m4_ring_write_planar(ring.get(), block.data(), count, count);
            ASSERT_EQ(moved, std::min<std::int64_t>(count, 32 - static_cast<std::int64_t>(model.size())));
            for (std::int64_t i = 0; i < moved; ++i) {
                model.push_back(next++);
            }
        } else {
            const std::int64_t moved = m4_ring_read_interleaved(ring.get(), block.data(), count);
            ASSERT_EQ(moved, std::min<std::int64_t>(count, static_cast<std::int64_t>(model.size())));
            for (std::int64_t i = 0; i < moved; ++i) {
                ASSERT_EQ(block[static_cast<std::size_t>(2 * i)], value_of(model.front(), 0));
                ASSERT_EQ(block[static_cast<std::size_t>(2 * i + 1)], value_of(model.front(), 1));
                model.pop_front();
            }
        }
        ASSERT_EQ(m4_ring_readable(ring.get()), static_cast<std::int64_t>(model.size()));
        ASSERT_EQ(m4_ring_writable(ring.get()), 32 - static_cast<std::int64_t>(model.size()));
    }
}

TEST(Ring, Two_threads_move_millions_of_frames_and_every_one_arrives) {
    const std::int64_t total = is_shorter() ? 20'000'000 : 100'000'000;
    constexpr std::int64_t longest = 1500;
    const ring_handle ring = make_ring(1, 4096);

    std::thread producer([&] {
        std::mt19937 random(1);
        std::vector<float> block(longest);
        for (std::int64_t sent = 0; sent < total;) {
            const std::int64_t count = std::min<std::int64_t>(1 + random() % longest, total - sent);
            for (std::int64_t i = 0; i < count; ++i) {
                block[static_cast<std::size_t>(i)] = value_of(sent + i, 0);
            }
            for (std::int64_t done = 0; done < count;) {
                const std::int64_t moved = m4_ring_write_planar(ring.get(), block.data() + done, count, count - done);
                if (moved == 0) {
                    m4_ring_wait_writable(ring.get(), 1, 1'000'000'000);
                }
                done += moved;
            }
            sent += count;
        }
        m4_ring_close(ring.get());
    });

    std::mt19937 random(2);
    std::vector<float> block(longest);
    std::int64_t received = 0;
    std::int64_t wrong = 0;
    while (m4_ring_wait_readable(ring.get(), 1, 10'000'000'000) == M4_OK) {
        const auto asked = static_cast<std::int64_t>(1 + random() % longest);
        const std::int64_t count = m4_ring_read_planar(ring.get(), block.data(), longest, asked);
        for (std::int64_t i = 0; i < count; ++i) {
            wrong += block[static_cast<std::size_t>(i)] != value_of(received + i, 0) ? 1 : 0;
        }
        received += count;
    }
    producer.join();
    EXPECT_EQ(received, total);
    EXPECT_EQ(wrong, 0);
}
