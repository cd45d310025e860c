/*
 * TorchSharp hands torch the bare pointers of tensors and numbers, and nothing that keeps them alive: the garbage
 * collector may find an object unused, and its finalizer free it, while torch is about to read it. What the finalizers
 * free a while later is still there. .NET looks a function up by its name in a library, so the symbol table of the
 * loaded library is where another one can take its place; code is not changed.
 */
#include "math4ai.h"

#include <cstdlib>

#if defined(__linux__) && defined(__GLIBC__)

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;
using disposal = void (*)(void*);

constexpr std::size_t most_functions = 4;

struct waiting_object {
    void* object;
    disposal dispose;
    clock_type::time_point until;
};

struct waiting_objects {
    std::mutex gate;
    std::deque<waiting_object> objects;
    std::atomic<bool> are_any{false};
    std::array<disposal, most_functions> functions{};
    std::array<std::chrono::nanoseconds, most_functions> delays{};
    std::size_t count = 0;
};

// It is never destroyed: a finalizer may still call while the process ends.
waiting_objects& waiting() {
    static auto& all = *new waiting_objects;
    return all;
}

// A thread has its name before it calls anything, and keeps it.
bool is_finalizer() {
    thread_local const bool answer = [] {
        char name[16] = {};
        return pthread_getname_np(pthread_self(), name, sizeof name) == 0 && std::strcmp(name, ".NET Finalizer") == 0;
    }();
    return answer;
}

// Frees up to two whose time has come: no caller waits for all, and they do not pile up.
void dispose_oldest(waiting_objects& all, clock_type::time_point now) {
    for (int i = 0; i < 2; i++) {
        waiting_object oldest{};
        {
            const std::lock_guard<std::mutex> lock(all.gate);
            if (all.objects.empty() || now < all.objects.front().until) {
                return;
            }
            oldest = all.objects.front();
            all.objects.pop_front();
            all.are_any = !all.objects.empty();
        }
        oldest.dispose(oldest.object);
    }
}

template <std::size_t index> void dispose(void* object) {
    waiting_objects& all = waiting();
    const disposal own = all.functions[index];
    if (!is_finalizer()) {
        own(object);
        if (all.are_any) {
            dispose_oldest(all, clock_type::now());
        }
        return;
    }
    const clock_type::time_point now = clock_type::now();
    {
        const std::lock_guard<std::mutex> lock(all.gate);
        all.objects.push_back({object, own, now + all.delays[index]});
        all.are_any = true;
    }
    dispose_oldest(all, now);
}

constexpr std::array<disposal, most_functions> replacements = {dispose<0>, dispose<1>, dispose<2>, dispose<3>};

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

int32_t m4_delay_finalizers(void* library, const char* function, int64_t nanoseconds) {
    if (library == nullptr || function == nullptr || nanoseconds < 0) {
        return -1;
    }
    void* const found = dlsym(library, function);
    Dl_info place{};
    void* entry = nullptr;
    waiting_objects& all = waiting();
    const std::lock_guard<std::mutex> lock(all.gate);
    if (found == nullptr || all.count == most_functions || dladdr1(found, &place, &entry, RTLD_DL_SYMENT) == 0 ||
        entry == nullptr || place.dli_sname == nullptr || std::strcmp(place.dli_sname, function) != 0) {
        return -1;
    }
    all.functions[all.count] = reinterpret_cast<disposal>(found);
    all.delays[all.count] = std::chrono::nanoseconds(nanoseconds);
    const auto base = reinterpret_cast<std::uintptr_t>(place.dli_fbase);
    if (!redirect(static_cast<ElfW(Sym)*>(entry), reinterpret_cast<std::uintptr_t>(replacements[all.count]) - base)) {
        return -1;
    }
    all.count++;
    return 0;
}

#else

int32_t m4_delay_finalizers(void*, const char*, int64_t) {
    return -1;
}

#endif
