#include "math4ai.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <dlfcn.h>
#include <pthread.h>

TEST(LateFinalization, What_the_finalizer_frees_is_freed_later_and_what_others_free_at_once) {
    constexpr std::chrono::milliseconds delay(200);
    void* const library = dlopen(MATH4AI_DISPOSING, RTLD_NOW);
    ASSERT_NE(library, nullptr) << dlerror();
    const auto own = reinterpret_cast<void (*)(void*)>(dlsym(library, "test_dispose"));
    const auto disposed = reinterpret_cast<int (*)()>(dlsym(library, "test_disposed"));
    const auto last = reinterpret_cast<void* (*)()>(dlsym(library, "test_last"));
    const int64_t nanoseconds = std::chrono::nanoseconds(delay).count();
    EXPECT_EQ(m4_delay_finalizers(nullptr, "test_dispose", nanoseconds), -1);
    EXPECT_EQ(m4_delay_finalizers(library, nullptr, nanoseconds), -1);
    EXPECT_EQ(m4_delay_finalizers(library, "test_dispose", -1), -1);
    EXPECT_EQ(m4_delay_finalizers(library, "there_is_none", nanoseconds), -1);
    ASSERT_EQ(m4_delay_finalizers(library, "test_dispose", nanoseconds), 0);

    // What stands in its place now is of another library.
    EXPECT_EQ(m4_delay_finalizers(library, "test_dispose", nanoseconds), -1);

    const auto dispose = reinterpret_cast<void (*)(void*)>(dlsym(library, "test_dispose"));
    EXPECT_NE(dispose, own);
    int objects[5] = {};
    dispose(&objects[0]);
    EXPECT_EQ(disposed(), 1);
    EXPECT_EQ(last(), &objects[0]);
    std::thread finalizer([&] {
        pthread_setname_np(pthread_self(), ".NET Finalizer");
        const auto start = std::chrono::steady_clock::now();
        dispose(&objects[1]);
        dispose(&objects[2]);
        if (std::chrono::steady_clock::now() - start < delay) {
            EXPECT_EQ(disposed(), 1);
        }
        std::this_thread::sleep_for(delay + std::chrono::milliseconds(1));
        dispose(&objects[3]);
        EXPECT_EQ(disposed(), 3);
        EXPECT_EQ(last(), &objects[2]);
        std::this_thread::sleep_for(delay + std::chrono::milliseconds(1));
        dispose(&objects[4]);
        EXPECT_EQ(disposed(), 4);
        EXPECT_EQ(last(), &objects[3]);
    });
    finalizer.join();

    // What waits is freed by others' calls too, when its time has come.
    std::this_thread::sleep_for(delay + std::chrono::milliseconds(1));
    dispose(&objects[0]);
    EXPECT_EQ(disposed(), 6);
    EXPECT_EQ(last(), &objects[4]);
}
