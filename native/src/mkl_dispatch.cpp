/*
 * MKL takes its AVX2 and AVX-512 code only where mkl_serv_intel_cpu_true() says that the processor is Intel's; on
 * others it falls back to slower code. This definition, in a library that is loaded globally before MKL's, is the one
 * that the dynamic linker binds MKL to; MKL then goes by what CPUID reports.
 */
#include "math4ai.h"

#include <cstdlib>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)

#include <cpuid.h>

namespace {

bool made_by_intel() {
    unsigned int highest = 0;
    char vendor[12];
    unsigned int ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid(0, &highest, &ebx, &ecx, &edx) == 0) {
        return false;
    }
    std::memcpy(vendor, &ebx, 4);
    std::memcpy(vendor + 4, &edx, 4);
    std::memcpy(vendor + 8, &ecx, 4);
    return std::memcmp(vendor, "GenuineIntel", 12) == 0;
}

bool has_avx2_and_fma() {
    // These answer for the operating system's support as well as the processor's.
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool vendor_dispatch_is_wanted() {
    const char* setting = std::getenv("MATH4AI_MKL_DISPATCH");
    return setting != nullptr && std::strcmp(setting, "vendor") == 0;
}

} // namespace

extern "C" M4_API int mkl_serv_intel_cpu_true(void);

extern "C" int mkl_serv_intel_cpu_true(void) {
    static const bool answer = made_by_intel() || (!vendor_dispatch_is_wanted() && has_avx2_and_fma());
    return answer ? 1 : 0;
}

#endif
