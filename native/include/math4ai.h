/*
 * math4ai: what Math4AI.Native asks of C so that MKL and LibTorchSharp can be used from .NET. It needs the C and C++
 * libraries alone; sound is in math4ai_sound.h, a library of its own. No function here throws, aborts or prints.
 */
#ifndef MATH4AI_H
#define MATH4AI_H

#include <stdint.h>

#if defined(_WIN32)
#define M4_API __declspec(dllexport)
#else
#define M4_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface; it changes whenever a signature below does. */
#define M4_ABI_VERSION 7

/* M4_ABI_VERSION of the loaded library. */
M4_API int32_t m4_abi_version(void);

/* Calls `long function(void* handle, int parameter, ...)` with one double; -1 where function or handle is null. */
M4_API int64_t m4_call_variadic_double(void* function, void* handle, int32_t parameter, double value);

/*
 * Has `void function(void*)` of a loaded library, as whoever looks it up by its name from now on finds it, wait some
 * time where .NET's finalizers call it, so that an object that one frees while another thread reads it is there until
 * then; other threads' calls take effect at once. For up to four functions of a process. Returns 0, or -1 where there
 * is no such function, it is one already, or the system is another than Linux with glibc.
 */
M4_API int32_t m4_delay_finalizers(void* library, const char* function, int64_t nanoseconds);

#ifdef __cplusplus
}
#endif

#endif
