/*
 * TorchSharp hands torch the bare pointer of a number (Scalar) and nothing that keeps the number alive: the garbage
 * collector may find it unused and have it freed while torch is about to read it. What is freed a while later is still
 * there. .NET looks a function up by its name in a library, so the symbol table of the loaded library is where another
 * one can take its place; code is not changed.
 */
#include "math4ai.h"

#include <cstdlib>

#if defined(__linux__) && defined(__GLIBC__)

#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;
using disposal = void (*)(void*);

struct waiting_objects {
    std::mutex gate;
    std::deque<std::pair<void*, clock_type::time_point>> objects;
    disposal dispose = nullptr;
    std::chrono::nanoseconds delay{};
};

// It is never destroyed: a finalizer may still call while the process ends.
waiting_objects& waiting() {
    static auto& all = *new waiting_objects;
    return all;
}

void dispose_later(void* object) {
    waiting_objects& all = waiting();
    const clock_type::time_point now = clock_type::now();
    {
        const std::lock_guard<std::mutex> lock(all.gate);
        all.objects.emplace_back(object, now);
    }
    // No more than two for each that comes, so that no caller waits for all of them, and they do not pile up.
    for (int i = 0; i < 2; i++) {
        void* oldest = nullptr;
        {
            const std::lock_guard<std::mutex> lock(all.gate);
            if (all.objects.empty() || now - all.objects.front().second < all.delay) {
                return;
            }
            oldest = all.objects.front().first;
            all.objects.pop_front();
        }
        all.dispose(oldest);
    }
}

// The value is what a look-up adds to the address at which the library lies.
bool redirect(ElfW(Sym) * symbol, ElfW(Addr) value) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto at = reinterpret_cast<std::uintptr_t>(&symbol->st_value);
    const std::uintptr_t first = at & ~(page - 1);
    void* const pages = reinterpret_cast<void*>(first);
    const std::size_t size = ((at + sizeof symbol->st_value - 1) & ~(page - 1)) + page - first;
    if (mprotect(pages, size, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    symbol->st_value = value;
    return mprotect(pages, size, PROT_READ) == 0;
}

} // namespace

int32_t m4_delay_disposal(void* library, const char* function, int64_t nanoseconds) {
    if (library == nullptr || function == nullptr || nanoseconds < 0) {
        return -1;
    }
    void* const found = dlsym(library, function);
    Dl_info place{};
    void* entry = nullptr;
    waiting_objects& all = waiting();
    const std::lock_guard<std::mutex> lock(all.gate);
    if (found == nullptr || all.dispose != nullptr || dladdr1(found, &place, &entry, RTLD_DL_SYMENT) == 0 ||
        entry == nullptr || std::strcmp(place.dli_sname, function) != 0) {
        return -1;
    }
    all.delay = std::chrono::nanoseconds(nanoseconds);
    all.dispose = reinterpret_cast<disposal>(found);
    const auto base = reinterpret_cast<std::uintptr_t>(place.dli_fbase);
    if (!redirect(static_cast<ElfW(Sym)*>(entry), reinterpret_cast<std::uintptr_t>(&dispose_later) - base)) {
        all.dispose = nullptr;
        return -1;
    }
    return 0;
}

#else

int32_t m4_delay_disposal(void*, const char*, int64_t) {
    return -1;
}

#endif
