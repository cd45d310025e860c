// Run by mpirun: every process checks what it got, and the job fails if one of them is not content.
#include "math4ai_mpi.h"

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>
#include <thread>
#include <vector>

namespace {

int failures = 0;
int32_t rank = 0, count = 0;

void check(bool is_right, const char* what) {
    if (!is_right) {
        std::fprintf(stderr, "process %d of %d: %s\n", static_cast<int>(rank), static_cast<int>(count), what);
        failures++;
    }
}

// Numbers that no sum represents exactly, other ones in each process.
template <typename T> T value(int process, int64_t i) {
    return static_cast<T>(std::sin(1.0 + 0.37 * static_cast<double>(i) + 1.7 * process));
}

template <typename T> int32_t sum(T* values, int64_t length);
template <> int32_t sum(double* values, int64_t length) {
    return m4_mpi_sum_doubles(values, length);
}
template <> int32_t sum(float* values, int64_t length) {
    return m4_mpi_sum_floats(values, length);
}

// Sums are those of all processes to rounding, the same bits in each process and in each run.
template <typename T> void sums(int64_t length) {
    std::vector<T> values(static_cast<size_t>(length)), again(values.size()), of_first(values.size());
    for (int64_t i = 0; i < length; i++) {
        values[static_cast<size_t>(i)] = again[static_cast<size_t>(i)] = value<T>(rank, i);
    }
    check(sum(values.data(), length) == 0, "the sum failed");
    check(sum(again.data(), length) == 0, "the second sum failed");
    const size_t bytes = values.size() * sizeof(T);
    check(bytes == 0 || std::memcmp(values.data(), again.data(), bytes) == 0, "two runs differ");
    of_first = values;
    check(m4_mpi_broadcast(of_first.data(), static_cast<int64_t>(bytes), 0) == 0, "the broadcast failed");
    check(bytes == 0 || std::memcmp(values.data(), of_first.data(), bytes) == 0, "two processes differ");
    double worst = 0.0;
    for (int64_t i = 0; i < length; i++) {
        double exact = 0.0;
        for (int process = 0; process < count; process++) {
            exact += static_cast<double>(value<T>(process, i));
        }
        worst = std::fmax(worst, std::fabs(exact - static_cast<double>(values[static_cast<size_t>(i)])));
    }
    // A partial sum of n numbers of at most 1 is at most n, and each of n - 1 additions rounds it by half an epsilon.
    check(worst <= 0.5 * count * count * static_cast<double>(std::numeric_limits<T>::epsilon()), "the sum is wrong");
}

void broadcasts_from_each() {
    for (int32_t root = 0; root < count; root++) {
        int64_t number = 1000 + rank;
        check(m4_mpi_broadcast(&number, sizeof number, root) == 0, "the broadcast failed");
        check(number == 1000 + root, "the broadcast brought something else");
    }
}

void largest_of_all() {
    double values[] = {static_cast<double>(rank), -static_cast<double>(rank)};
    check(m4_mpi_largest(values, 2) == 0, "the largest could not be found");
    check(values[0] == count - 1 && values[1] == 0.0, "the largest is another");
}

// Whoever waits for a slow process leaves its core to it: of 300 ms, less than half is work.
void waits_asleep() {
    check(m4_mpi_barrier() == 0, "the barrier failed");
    if (rank == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    const std::clock_t before = std::clock();
    check(m4_mpi_barrier() == 0, "the barrier failed");
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    check(seconds < 0.15, "waiting kept a core busy");
}

// What each process writes, all of them read, where they are on one machine as here; more memory is other memory.
void shows_memory() {
    for (int64_t length : {1000, 10, 300000}) {
        std::vector<void*> places(static_cast<size_t>(count));
        const int64_t bytes = length * static_cast<int64_t>(sizeof(float));
        check(m4_mpi_share_memory(bytes, places.data()) == 0, "nothing to share");
        auto* own = static_cast<float*>(places[static_cast<size_t>(rank)]);
        for (int64_t i = 0; own != nullptr && i < length; i++) {
            own[i] = value<float>(rank, i);
        }
        check(m4_mpi_barrier() == 0, "the barrier failed");
        for (int process = 0; process < count; process++) {
            const auto* theirs = static_cast<const float*>(places[static_cast<size_t>(process)]);
            check(theirs != nullptr, "a process shows nothing");
            for (int64_t i = 0; theirs != nullptr && i < length; i += 997) {
                check(theirs[i] == value<float>(process, i), "a process shows something else");
            }
        }
        check(m4_mpi_barrier() == 0, "the barrier failed");
    }
}

// The second process goes as one that is killed, while the others wait for it: they must not go on.
int dies() {
    if (rank == 1) {
        std::raise(SIGKILL);
    }
    const bool is_met = m4_mpi_barrier() == 0;
    if (is_met) {
        std::fprintf(stderr, "process %d went on without another\n", static_cast<int>(rank));
    }
    return is_met ? 0 : 1;
}

void says_errors() {
    char text[256];
    m4_mpi_message(m4_mpi_broadcast(&text, 1, count), text, sizeof text);
    check(std::strlen(text) > 0, "an error has no message");
}

} // namespace

int main(int words, char** word) {
    check(m4_mpi_abi_version() == M4_MPI_ABI_VERSION, "another version of the library");
    check(m4_mpi_start(&rank, &count) == 0 && count > 0 && rank >= 0 && rank < count, "the job cannot be joined");
    if (words > 1 && std::strcmp(word[1], "die") == 0) {
        return dies();
    }
    int32_t same = -1, as_many = -1;
    check(m4_mpi_start(&same, &as_many) == 0 && same == rank && as_many == count, "joining twice is not joining once");
    check(std::strlen(m4_mpi_library_version()) > 0, "MPI has no version");
    for (int64_t length : {0, 1, 2, 7, 2048, 2049, 4097, 100003}) {
        sums<double>(length);
        sums<float>(length);
    }
    sums<double>((int64_t{1} << 21) + 12345); // more than one piece
    broadcasts_from_each();
    largest_of_all();
    shows_memory();
    waits_asleep();
    says_errors();
    double all = failures;
    m4_mpi_sum_doubles(&all, 1);
    check(m4_mpi_finish() == 0, "the job cannot be left");
    return all > 0.0 || failures > 0 ? 1 : 0;
}
