/*
 * What a C program pays for its first product: opens libtorch_cpu.so (the argument), calls dgemm_ once, and prints the
 * processor time in seconds and the peak of its memory in MB. Math4AI.Benchmarks compares itself with it ('first').
 */
#include <cstdio>
#include <vector>

#include <dlfcn.h>
#include <sys/resource.h>

using product = void (*)(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
                         const int*, const double*, const int*, const double*, double*, const int*);

int main(int count, char** arguments) {
    void* library = count == 2 ? dlopen(arguments[1], RTLD_NOW) : nullptr;
    if (library == nullptr) {
        std::fprintf(stderr, "usage: first_product libtorch_cpu.so\n");
        return 2;
    }
    const int order = 200;
    const double one = 1.0, zero = 0.0;
    const std::vector<double> a(order * order, 0.5);
    std::vector<double> c(order * order);
    reinterpret_cast<product>(dlsym(library, "dgemm_"))("N", "N", &order, &order, &order, &one, a.data(), &order,
                                                        a.data(), &order, &zero, c.data(), &order);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    std::printf("%.3f %ld\n", seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss / 1024);
    return c[0] == 50.0 ? 0 : 1;
}
