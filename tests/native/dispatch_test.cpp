#include <gtest/gtest.h>

#include <cstdlib>

#include <dlfcn.h>

// The functions that other libraries look up by name: they must be visible, and must answer.

TEST(Dispatch, Mkl_is_told_to_go_by_the_processors_features) {
#if defined(__x86_64__)
    using question = int (*)();
    const auto ask = reinterpret_cast<question>(dlsym(RTLD_DEFAULT, "mkl_serv_intel_cpu_true"));
    ASSERT_NE(ask, nullptr);
    const bool modern = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    const bool intel = __builtin_cpu_is("intel") != 0;
    EXPECT_EQ(ask(), modern || intel ? 1 : 0);
#endif
}

TEST(Dispatch, The_stream_initialiser_that_newer_compilers_call_is_there) {
#if defined(__GLIBCXX__)
    EXPECT_NE(dlsym(RTLD_DEFAULT, "_ZSt21ios_base_library_initv"), nullptr);
#endif
}

#if defined(__x86_64__)
// The answer is settled at the first question: other settings are asked for in a process of their own.
TEST(DispatchDeathTest, The_vendors_choice_can_be_had_back) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            setenv("MATH4AI_MKL_DISPATCH", "vendor", 1);
            const auto ask = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "mkl_serv_intel_cpu_true"));
            std::_Exit(ask() == (__builtin_cpu_is("intel") != 0 ? 1 : 0) ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}
#endif
