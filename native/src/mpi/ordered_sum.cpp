#include "ordered_sum.h"

#include "waiting.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace m4 {

namespace {

// Fewer bytes than this are a matter of the number of messages, more of what they carry.
constexpr int64_t few_bytes = 16384;
constexpr int tag = 11;

template <typename T> MPI_Datatype type_of();
template <> MPI_Datatype type_of<double>() {
    return MPI_DOUBLE;
}
template <> MPI_Datatype type_of<float>() {
    return MPI_FLOAT;
}

// Sums are taken in blocks that stay in the nearest cache.
constexpr int64_t block = 1024;

/* Room that is kept from sum to sum, since new memory costs as much as the sum. One sum is under way at a time. */
template <typename T> T* kept_room(int64_t count) {
    static std::unique_ptr<T[]> room;
    static int64_t length = 0;
    if (count > length) {
        length = 0;
        room.reset(new T[static_cast<std::size_t>(count)]);
        length = count;
    }
    return room.get();
}

template <typename T> void add(T* values, const T* others, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        values[i] += others[i];
    }
}

template <typename T> class Sum {
public:
    Sum(const Job& of_job, T* of_values, int of_count) : job(of_job), values(of_values), count(of_count) {}

    /*
     * Recursive doubling, log2 p messages each: in round k a process holds the sum of its 2^k neighbors, and exchanges
     * it. a + b is b + a to the bit, so both hold the same. Processes beyond the last power of two hand their values
     * to one below it first, and get the sum last.
     */
    int few() {
        std::vector<T> received(static_cast<std::size_t>(count));
        int pairs = 1;
        while (pairs * 2 <= job.count) {
            pairs *= 2;
        }
        const bool is_beyond = job.rank >= pairs;
        const bool has_one_beyond = job.rank + pairs < job.count;
        if (is_beyond) {
            exchange(values, job.rank - pairs, nullptr, 0);
        } else if (has_one_beyond) {
            exchange(nullptr, 0, received.data(), job.rank + pairs);
            add(values, received.data(), count);
        }
        for (int distance = 1; !is_beyond && distance < pairs && error == MPI_SUCCESS; distance *= 2) {
            exchange(values, job.rank ^ distance, received.data(), job.rank ^ distance);
            add(values, received.data(), count);
        }
        if (error == MPI_SUCCESS && is_beyond) {
            exchange(nullptr, 0, values, job.rank - pairs);
        } else if (error == MPI_SUCCESS && has_one_beyond) {
            exchange(values, job.rank + pairs, nullptr, 0);
        }
        return error;
    }

    /*
     * Each process adds up its share of the values, those of process 0 first, and sends the sums to all: every value
     * goes over the wire twice, whatever the number of processes.
     */
    int many() {
        const int64_t mine = share(job.rank), length = share(job.rank + 1) - mine;
        // The parts of the others, one behind the other; where this process's would be is none.
        T* received = kept_room<T>(length * (job.count - 1));
        const auto part_of = [&](int other) { return received + (other < job.rank ? other : other - 1) * length; };
        int result = exchange_with_all([&](int other, std::vector<MPI_Request>& requests) {
            const int64_t theirs = share(other);
            start_receive(part_of(other), length, other, requests);
            start_send(values + theirs, share(other + 1) - theirs, other, requests);
        });
        if (result != MPI_SUCCESS) {
            return result;
        }
        T sums[block];
        for (int64_t first = 0; first < length; first += block) {
            const int64_t some = std::min<int64_t>(block, length - first);
            for (int process = 0; process < job.count; process++) {
                const T* part = (process == job.rank ? values + mine : part_of(process)) + first;
                if (process == 0) {
                    std::copy(part, part + some, sums);
                } else {
                    add(sums, part, some);
                }
            }
            std::copy(sums, sums + some, values + mine + first);
        }
        return exchange_with_all([&](int other, std::vector<MPI_Request>& requests) {
            const int64_t theirs = share(other);
            start_receive(values + theirs, share(other + 1) - theirs, other, requests);
            start_send(values + mine, length, other, requests);
        });
    }

private:
    const Job& job;
    T* values;
    int count;
    int error = MPI_SUCCESS;

    /* Where the share of a process begins. */
    int64_t share(int process) const { return int64_t{count} * process / job.count; }

    void start_receive(T* into, int64_t length, int from, std::vector<MPI_Request>& requests) {
        requests.emplace_back();
        keep(MPI_Irecv(into, static_cast<int>(length), type_of<T>(), from, tag, job.all, &requests.back()));
    }

    void start_send(const T* from, int64_t length, int to, std::vector<MPI_Request>& requests) {
        requests.emplace_back();
        keep(MPI_Isend(from, static_cast<int>(length), type_of<T>(), to, tag, job.all, &requests.back()));
    }

    /* The first error counts; after it nothing is waited for. */
    void keep(int result) { error = error == MPI_SUCCESS ? result : error; }

    int wait(std::vector<MPI_Request>& requests) {
        if (error == MPI_SUCCESS) {
            keep(wait_for(static_cast<int>(requests.size()), requests.data()));
        }
        return error;
    }

    int exchange(const T* sent, int to, T* received, int from) {
        std::vector<MPI_Request> requests;
        requests.reserve(2);
        if (received != nullptr) {
            start_receive(received, count, from, requests);
        }
        if (sent != nullptr) {
            start_send(sent, count, to, requests);
        }
        return wait(requests);
    }

    template <typename Start> int exchange_with_all(Start&& start) {
        std::vector<MPI_Request> requests;
        requests.reserve(static_cast<std::size_t>(2 * job.count));
        for (int step = 1; step < job.count; step++) {
            start((job.rank + step) % job.count, requests);
        }
        return wait(requests);
    }
};

template <typename T> int sum(const Job& job, T* values, int count) {
    if (job.count < 2 || count == 0) {
        return MPI_SUCCESS;
    }
    Sum<T> all(job, values, count);
    return count * static_cast<int64_t>(sizeof(T)) <= few_bytes ? all.few() : all.many();
}

} // namespace

int sum_in_order(const Job& job, double* values, int count) {
    return sum(job, values, count);
}

int sum_in_order(const Job& job, float* values, int count) {
    return sum(job, values, count);
}

} // namespace m4
