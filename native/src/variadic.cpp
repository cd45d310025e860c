/*
 * MKL sets a transform's scale with a variadic C function. Where a floating-point number goes in such a call depends on
 * the platform, and only a C compiler knows: managed code asks this function to make the call.
 */
#include "math4ai.h"

int64_t m4_call_variadic_double(void* function, void* handle, int32_t parameter, double value) {
    if (function == nullptr || handle == nullptr) {
        return -1;
    }
    using setter = long (*)(void*, int, ...);
    return reinterpret_cast<setter>(function)(handle, parameter, value);
}
