#include "math4ai_mpi.h"

#include "ordered_sum.h"
#include "shared_memory.h"
#include "waiting.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <mpi.h>
#include <new>

namespace {

// What one message carries: MPI counts with an int.
constexpr int64_t max_message = int64_t{1} << 30;

// Sums are taken in pieces, so that what is received from others stays in the cache until it is added; a share of one
// process has bytes enough to be worth a message.
constexpr int64_t least_piece = int64_t{4} << 20, largest_piece = int64_t{16} << 20;
constexpr int64_t least_share = int64_t{256} << 10;

m4::Job job;

template <typename Function> int32_t guarded(Function&& function) {
    try {
        return function();
    } catch (const std::bad_alloc&) {
        return MPI_ERR_NO_MEM;
    }
}

template <typename T> int32_t sum(T* values, int64_t count) {
    return guarded([=] {
        const int64_t bytes = std::clamp(least_share * job.count, least_piece, largest_piece);
        const int64_t piece = bytes / static_cast<int64_t>(sizeof(T));
        int result = MPI_SUCCESS;
        for (int64_t start = 0; start < count && result == MPI_SUCCESS; start += piece) {
            result = m4::sum_in_order(job, values + start, static_cast<int>(std::min(piece, count - start)));
        }
        return result;
    });
}

} // namespace

int32_t m4_mpi_abi_version(void) {
    return M4_MPI_ABI_VERSION;
}

const char* m4_mpi_library_version(void) {
    static char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(version, &length) != MPI_SUCCESS) {
        return "an unknown MPI";
    }
    // MPICH writes a paragraph, whose first line is the name and the version; Open MPI's end at the first comma.
    version[std::min(length, static_cast<int>(sizeof version) - 1)] = '\0';
    for (char* at = version; *at != '\0'; at++) {
        if (*at == '\t') {
            *at = ' ';
        } else if (*at == '\n' || *at == ',') {
            *at = '\0';
            break;
        }
    }
    return version;
}

int32_t m4_mpi_start(int32_t* rank, int32_t* count) {
    int has_started = 0, level = 0;
    int result = MPI_Initialized(&has_started);
    if (result == MPI_SUCCESS && has_started == 0) {
        result = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level);
        if (result == MPI_SUCCESS && level < MPI_THREAD_SERIALIZED) {
            return MPI_ERR_OTHER;
        }
    }
    if (result == MPI_SUCCESS && job.count == 0) {
        // A communicator of our own: messages of the user's program cannot meet ours.
        result = MPI_Comm_dup(MPI_COMM_WORLD, &job.all);
        if (result == MPI_SUCCESS) {
            MPI_Comm_set_errhandler(job.all, MPI_ERRORS_RETURN);
            MPI_Comm_rank(job.all, &job.rank);
            MPI_Comm_size(job.all, &job.count);
        }
    }
    *rank = job.rank;
    *count = job.count;
    return result;
}

int32_t m4_mpi_sum_doubles(double* values, int64_t count) {
    return sum(values, count);
}

int32_t m4_mpi_sum_floats(float* values, int64_t count) {
    return sum(values, count);
}

int32_t m4_mpi_largest(double* values, int64_t count) {
    int result = MPI_SUCCESS;
    for (int64_t start = 0; start < count && result == MPI_SUCCESS; start += max_message) {
        MPI_Request request;
        const int length = static_cast<int>(std::min(max_message, count - start));
        result = MPI_Iallreduce(MPI_IN_PLACE, values + start, length, MPI_DOUBLE, MPI_MAX, job.all, &request);
        result = result == MPI_SUCCESS ? m4::wait_for(1, &request) : result;
    }
    return result;
}

int32_t m4_mpi_broadcast(void* bytes, int64_t count, int32_t root) {
    int result = MPI_SUCCESS;
    for (int64_t start = 0; start < count && result == MPI_SUCCESS; start += max_message) {
        MPI_Request request;
        const int length = static_cast<int>(std::min(max_message, count - start));
        result = MPI_Ibcast(static_cast<char*>(bytes) + start, length, MPI_BYTE, root, job.all, &request);
        result = result == MPI_SUCCESS ? m4::wait_for(1, &request) : result;
    }
    return result;
}

int32_t m4_mpi_share_memory(int64_t bytes, void** addresses) {
    return m4::share_memory(job, bytes, addresses);
}

int32_t m4_mpi_barrier(void) {
    MPI_Request request;
    const int result = MPI_Ibarrier(job.all, &request);
    return result == MPI_SUCCESS ? m4::wait_for(1, &request) : result;
}

int32_t m4_mpi_finish(void) {
    int has_finished = 0;
    int result = MPI_Finalized(&has_finished);
    if (result != MPI_SUCCESS || has_finished != 0 || job.count == 0) {
        return result;
    }
    // MPI_Finalize may wait with a busy core; after our own barrier it has nothing to wait for.
    result = m4_mpi_barrier();
    job.count = 0;
    return result == MPI_SUCCESS ? MPI_Finalize() : result;
}

void m4_mpi_abort(int32_t exit_code) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
}

void m4_mpi_message(int32_t error, char* text, int32_t size) {
    char message[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(error, message, &length) != MPI_SUCCESS) {
        std::snprintf(message, sizeof message, "error %d", static_cast<int>(error));
    }
    std::snprintf(text, static_cast<size_t>(size), "%s", message);
}
