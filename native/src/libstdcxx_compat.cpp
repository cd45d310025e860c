/*
 * libLibTorchSharp.so was built with GCC 13, whose <iostream> calls std::ios_base_library_init(). A libstdc++ of GCC 12
 * or older does not have that function; there, <iostream> constructs a static std::ios_base::Init in each translation
 * unit instead, which is what this definition stands on. Where libstdc++ has its own, that one is found first.
 */
#include "math4ai.h"

#include <iostream>

#if defined(__GLIBCXX__)

static std::ios_base::Init standard_streams_are_ready;

extern "C" M4_API void m4_ios_base_library_init(void) __asm__("_ZSt21ios_base_library_initv");

extern "C" void m4_ios_base_library_init(void) {}

#endif
