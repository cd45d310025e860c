// Devices that misbehave: by the clock alone, and through the look-alike of PortAudio that this is linked with.
#include "../../native/src/sound/loss_meter.hpp"
#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::int64_t second = 1'000'000'000;

class Device : public testing::Test {
protected:
    void TearDown() override {
        m4_device_close(device);
        unsetenv("MATH4AI_FAKE_PORTAUDIO");
    }

    void open(const char* script, std::int32_t fills_gaps = 1) {
        setenv("MATH4AI_FAKE_PORTAUDIO", script, 1);
        std::int32_t channels = 2;
        ASSERT_EQ(m4_device_open("microphone", 0, &channels, 8000, 64, 16384, fills_gaps, &device, &ring), M4_OK);
    }

    m4_device_stats counts() const {
        m4_device_stats stats{};
        m4_device_counts(device, &stats);
        return stats;
    }

    // Reads so many frames and returns channel 0.
    std::vector<float> read(std::int64_t frames) const {
        std::vector<float> samples(static_cast<std::size_t>(2 * frames));
        for (std::int64_t done = 0; done < frames;) {
            if (m4_ring_wait_readable(ring, 1, 20 * second) != M4_OK) {
                break;
            }
            done += m4_ring_read_planar(ring, samples.data() + done, frames, frames - done);
        }
        samples.resize(static_cast<std::size_t>(frames));
        return samples;
    }

    m4_device* device = nullptr;
    m4_ring* ring = nullptr;
};

} // namespace

TEST(LossMeter, Jitter_bursts_and_drift_are_no_loss_and_a_loss_is_counted_to_the_block) {
    for (const double ppm : {-200.0, 0.0, 200.0}) {
        std::mt19937 random(7);
        std::uniform_real_distribution<double> late(0.0, 0.008);
        m4::loss_meter meter(48000, 64);
        std::int64_t lost = 0, position = 0;
        double before = 0.0;
        for (int callback = 0; callback < 45000; ++callback) {
            position += callback == 20000 ? 14400 : 64; // 0.3 s are missing, without a word
            // Every fourth callback brings what three late ones left.
            const double due = static_cast<double>(position) / (48000.0 * (1.0 + 1e-6 * ppm));
            const double now = std::max(before, due + (callback % 4 == 3 ? 0.0 : 0.004) + late(random));
            before = now;
            lost += meter.moved(static_cast<std::int64_t>(1e9 * now), 64, false);
        }
        EXPECT_NEAR(static_cast<double>(lost), 14400 - 64, 200) << ppm << " ppm";
    }
}

TEST(LossMeter, A_reported_loss_is_known_at_once) {
    m4::loss_meter meter(48000, 64);
    const auto at = [](std::int64_t frame) { return frame * 1'000'000 / 48; };
    std::int64_t position = 0;
    for (int callback = 0; callback < 2000; ++callback) {
        position += 64;
        EXPECT_EQ(meter.moved(at(position), 64, false), 0);
    }
    position += 144000 + 64;
    EXPECT_NEAR(static_cast<double>(meter.moved(at(position), 64, true)), 144000, 1);
    EXPECT_EQ(meter.moved(at(position + 64), 64, true), 0) << "the flag alone is no loss";
}

TEST(LossMeter, Another_rate_is_known_and_neither_drift_nor_losses_are_one) {
    const auto changed = [](double from, double to, int lost_frames) {
        std::mt19937 random(3);
        std::uniform_real_distribution<double> late(0.0, 0.004), often(0.0, 1.0);
        m4::loss_meter meter(48000, 64);
        double now = 0.0;
        for (int callback = 0; callback < 7500; ++callback) {
            now += 64.0 / (callback < 3000 ? from : to);
            // Overloaded: now and then some blocks are lost, a twentieth of all that there is.
            now += often(random) < 0.05 * 64.0 / std::max(1, lost_frames) ? lost_frames / 48000.0 : 0.0;
            meter.moved(static_cast<std::int64_t>(1e9 * (now + late(random))), 64, false);
        }
        return meter.changed_rate();
    };
    EXPECT_NEAR(changed(48000, 44100, 0), 44100, 200);
    EXPECT_NEAR(changed(48000, 96000, 0), 96000, 400);
    EXPECT_NEAR(changed(44100, 44100, 0), 44100, 200) << "from its start on";
    EXPECT_EQ(changed(48000, 48000 * 1.001, 0), 0.0);
    EXPECT_EQ(changed(48000, 48000, 6400), 0.0);
}

TEST_F(Device, One_that_changes_its_rate_is_said_to_have) {
    open("turn=7350");
    while (m4_ring_wait_readable(ring, 1, 20 * second) == M4_OK) {
        m4_ring_release(ring, m4_ring_readable(ring));
    }
    EXPECT_EQ(m4_device_result(device), M4_DEVICE_RATE);
    EXPECT_NEAR(counts().rate, 7350, 150);
}

TEST_F(Device, One_that_begins_slowly_has_not_vanished) {
    open("start=1300");
    EXPECT_EQ(counts().moved, 0);
    EXPECT_EQ(read(64)[63], 64.0F);
    EXPECT_EQ(m4_device_result(device), M4_OK);
    EXPECT_EQ(counts().lost, 0);
}

TEST_F(Device, One_that_stops_is_lost_and_its_ring_closed) {
    open("stop=300");
    while (m4_ring_wait_readable(ring, 1, 20 * second) == M4_OK) {
        m4_ring_release(ring, m4_ring_readable(ring));
    }
    EXPECT_EQ(m4_ring_is_closed(ring), 1);
    EXPECT_EQ(m4_device_result(device), M4_DEVICE_LOST);
}

TEST_F(Device, Silence_keeps_what_follows_a_loss_in_time) {
    open("lose=400 flag");
    const std::vector<float> samples = read(20'000);
    EXPECT_EQ(counts().flagged, 1);
    // The loss is 400 ms of 8000 Hz, known to a block and the lateness of a callback. Sound and silence together stand
    // in the place of what was: a sample is its own number.
    const auto silent = std::count(samples.begin(), samples.end(), 0.0F);
    EXPECT_GE(silent, 3200 - 64);
    EXPECT_GE(counts().lost, silent);
    EXPECT_EQ(samples.back(), static_cast<float>(20'000 - silent + 3200));
}

TEST_F(Device, A_gap_can_be_closed_and_is_counted_all_the_same) {
    open("lose=400 flag", 0);
    const std::vector<float> samples = read(16'000);
    EXPECT_EQ(samples.back(), 16'000.0F + 3200.0F);
    EXPECT_EQ(counts().filled, 0);
    EXPECT_GE(counts().lost, 3200 - 64);
}

TEST_F(Device, A_stall_of_the_reader_is_counted_and_filled) {
    open("");
    // The ring holds two seconds: the third is lost.
    while (counts().dropped < 4000) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const std::vector<float> samples = read(28'000);
    const auto silent = std::count(samples.begin(), samples.end(), 0.0F);
    EXPECT_GE(silent, 4000);
    EXPECT_EQ(samples.back(), static_cast<float>(28'000 - silent + counts().dropped));
}

TEST_F(Device, What_there_is_is_listed_and_what_there_is_not_is_refused) {
    std::array<m4_device_info, 4> devices{};
    std::int32_t count = 0;
    ASSERT_EQ(m4_device_list(devices.data(), 4, &count), M4_OK);
    ASSERT_EQ(count, 2);
    EXPECT_STREQ(devices[0].name, "fake microphone");
    EXPECT_STREQ(devices[0].host, "fake");
    EXPECT_EQ(devices[1].output_channels, 2);
    EXPECT_EQ(devices[1].is_default_output, 1);
    std::array<std::int32_t, 16> rates{};
    ASSERT_EQ(m4_device_rates("microphone", 0, 2, rates.data(), 16, &count), M4_OK);
    ASSERT_EQ(count, 2);
    EXPECT_EQ(rates[1], 48000);
    EXPECT_EQ(m4_device_rates("none", 0, 2, rates.data(), 16, &count), M4_NO_DEVICE);
    std::int32_t channels = 2;
    EXPECT_EQ(m4_device_open("", 0, &channels, 8000, 64, 1024, 1, &device, &ring), M4_NO_DEVICE);
    EXPECT_EQ(m4_device_open("loudspeaker", 0, &channels, 8000, 64, 1024, 1, &device, &ring), M4_NO_DEVICE);
    EXPECT_EQ(m4_device_open("microphone", 0, &channels, 44100, 64, 1024, 1, &device, &ring), M4_DEVICE_FORMAT);
    channels = 3;
    EXPECT_EQ(m4_device_open("default", 0, &channels, 8000, 64, 1024, 1, &device, &ring), M4_DEVICE_FORMAT);
}

TEST_F(Device, A_player_takes_what_there_is_and_counts_the_gaps) {
    std::int32_t channels = 0;
    ASSERT_EQ(m4_device_open("loudspeaker", 1, &channels, 8000, 64, 256, 0, &device, &ring), M4_OK);
    EXPECT_EQ(channels, 2);
    const std::vector<float> block(200, 0.5F);
    ASSERT_EQ(m4_ring_write_planar(ring, block.data(), 100, 100), 100);
    while (counts().gaps < 2) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(m4_ring_readable(ring), 0);
    EXPECT_GE(counts().silent, 28);
    EXPECT_EQ(counts().latency, 0.005);
}
