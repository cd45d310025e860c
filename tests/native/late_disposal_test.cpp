#include "math4ai.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <dlfcn.h>

TEST(LateDisposal, An_object_is_freed_by_the_librarys_own_function_a_while_after_it_was_asked_for) {
    constexpr std::chrono::milliseconds delay(200);
    void* const library = dlopen(MATH4AI_DISPOSING, RTLD_NOW);
    ASSERT_NE(library, nullptr) << dlerror();
    const auto own = reinterpret_cast<void (*)(void*)>(dlsym(library, "test_dispose"));
    const auto disposed = reinterpret_cast<int (*)()>(dlsym(library, "test_disposed"));
    const auto last = reinterpret_cast<void* (*)()>(dlsym(library, "test_last"));
    const int64_t nanoseconds = std::chrono::nanoseconds(delay).count();
    EXPECT_EQ(m4_delay_disposal(nullptr, "test_dispose", nanoseconds), -1);
    EXPECT_EQ(m4_delay_disposal(library, nullptr, nanoseconds), -1);
    EXPECT_EQ(m4_delay_disposal(library, "test_dispose", -1), -1);
    EXPECT_EQ(m4_delay_disposal(library, "there_is_none", nanoseconds), -1);
    ASSERT_EQ(m4_delay_disposal(library, "test_dispose", nanoseconds), 0);
    EXPECT_EQ(m4_delay_disposal(library, "test_dispose", nanoseconds), -1);
    EXPECT_EQ(m4_delay_disposal(library, "test_disposed", nanoseconds), -1);

    const auto later = reinterpret_cast<void (*)(void*)>(dlsym(library, "test_dispose"));
    EXPECT_NE(later, own);
    int objects[4] = {};
    const auto start = std::chrono::steady_clock::now();
    later(&objects[0]);
    later(&objects[1]);
    if (std::chrono::steady_clock::now() - start < delay) {
        EXPECT_EQ(disposed(), 0);
    }
    std::this_thread::sleep_for(delay + std::chrono::milliseconds(1));
    later(&objects[2]);
    EXPECT_EQ(disposed(), 2);
    EXPECT_EQ(last(), &objects[1]);
    std::this_thread::sleep_for(delay + std::chrono::milliseconds(1));
    later(&objects[3]);
    EXPECT_EQ(disposed(), 3);
    EXPECT_EQ(last(), &objects[2]);
}
