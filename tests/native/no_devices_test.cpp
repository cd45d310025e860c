// The sound library as it is built without PortAudio: every call about devices says so, and touches nothing.
#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

TEST(NoDevices, Every_call_says_that_there_are_none_and_how_to_get_them) {
    EXPECT_EQ(m4_has_devices(), 0);
    std::array<m4_device_info, 2> devices{};
    std::array<std::int32_t, 2> rates{};
    std::int32_t count = 7, channels = 2;
    m4_device* device = nullptr;
    m4_ring* ring = nullptr;
    EXPECT_EQ(m4_device_list(devices.data(), 2, &count), M4_NO_DEVICES_BUILT);
    EXPECT_EQ(m4_device_rates("microphone", 0, 2, rates.data(), 2, &count), M4_NO_DEVICES_BUILT);
    EXPECT_EQ(m4_device_open("microphone", 0, &channels, 8000, 64, 4096, 1, &device, &ring), M4_NO_DEVICES_BUILT);
    EXPECT_EQ(count, 7);
    EXPECT_EQ(channels, 2);
    EXPECT_EQ(device, nullptr);
    EXPECT_EQ(ring, nullptr);
    EXPECT_NE(std::string(m4_result_message(M4_NO_DEVICES_BUILT)).find("PortAudio"), std::string::npos);
}

TEST(NoDevices, What_is_asked_of_a_device_that_cannot_be_is_answered) {
    m4_device_stats stats{};
    m4_device_counts(nullptr, &stats);
    EXPECT_EQ(m4_device_result(nullptr), M4_INVALID_ARGUMENT);
    m4_device_close(nullptr);
}
