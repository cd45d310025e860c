#include "math4ai.h"

#include <gtest/gtest.h>

#include <cstdarg>

namespace {

long scaled(void* handle, int parameter, ...) {
    va_list arguments;
    va_start(arguments, parameter);
    *static_cast<double*>(handle) = parameter * va_arg(arguments, double);
    va_end(arguments);
    return 7;
}

} // namespace

TEST(Variadic, A_double_arrives_where_a_variadic_function_looks_for_it) {
    double result = 0;
    EXPECT_EQ(m4_call_variadic_double(reinterpret_cast<void*>(&scaled), &result, 3, 0.25), 7);
    EXPECT_EQ(result, 0.75);
    EXPECT_EQ(m4_call_variadic_double(nullptr, &result, 3, 0.25), -1);
    EXPECT_EQ(m4_call_variadic_double(reinterpret_cast<void*>(&scaled), nullptr, 3, 0.25), -1);
}
