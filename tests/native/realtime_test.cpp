// What a thread of sound may ask of the system, and what its children get.
#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include <sched.h>

TEST(Realtime, What_was_granted_is_had_is_not_inherited_and_is_given_back) {
    m4_realtime granted{};
    ASSERT_EQ(m4_realtime_begin(&granted), M4_OK);
    const int policy = sched_getscheduler(0);
    EXPECT_EQ((policy & SCHED_FIFO) != 0, granted.has_priority != 0);
    int of_child = -1;
    std::thread([&] { of_child = sched_getscheduler(0); }).join();
    EXPECT_EQ(of_child & ~SCHED_RESET_ON_FORK, SCHED_OTHER) << "a thread that learns must not hold a core";
    volatile float smallest = std::numeric_limits<float>::min();
    EXPECT_EQ(smallest / 4 == 0, granted.flushes_denormals != 0);
    ASSERT_EQ(m4_realtime_end(&granted), M4_OK);
    EXPECT_EQ(sched_getscheduler(0) & ~SCHED_RESET_ON_FORK, SCHED_OTHER);
    EXPECT_GT(smallest / 4, 0);
}

TEST(Realtime, Nothing_to_tell_it_to_is_refused) {
    EXPECT_EQ(m4_realtime_begin(nullptr), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_realtime_end(nullptr), M4_INVALID_ARGUMENT);
}
