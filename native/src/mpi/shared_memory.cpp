#include "shared_memory.h"

#include "waiting.h"

#include <algorithm>
#include <sys/statvfs.h>

namespace m4 {

namespace {

// Where MPI has the memory; more than it says may be in use, so that some is left.
bool has_room(int64_t bytes) {
    struct statvfs room = {};
    if (statvfs("/dev/shm", &room) != 0) {
        return false;
    }
    return static_cast<double>(room.f_bavail) * static_cast<double>(room.f_frsize) > 1.1 * static_cast<double>(bytes);
}

/* Whether all processes are content. */
int agree(const Job& job, int& is_content) {
    MPI_Request request;
    const int result = MPI_Iallreduce(MPI_IN_PLACE, &is_content, 1, MPI_INT, MPI_MIN, job.all, &request);
    return result == MPI_SUCCESS ? wait_for(1, &request) : result;
}

/* The processes of this machine, asked for once. */
int find_neighbors(const Job& job, MPI_Comm& neighbors) {
    if (neighbors != MPI_COMM_NULL) {
        return MPI_SUCCESS;
    }
    const int result = MPI_Comm_split_type(job.all, MPI_COMM_TYPE_SHARED, job.rank, MPI_INFO_NULL, &neighbors);
    if (result == MPI_SUCCESS) {
        MPI_Comm_set_errhandler(neighbors, MPI_ERRORS_RETURN);
    }
    return result;
}

/* Each process's memory on pages of its own, near the processor that first writes to them. */
int allocate(MPI_Comm neighbors, int64_t bytes, MPI_Win& window) {
    MPI_Info info = MPI_INFO_NULL;
    MPI_Info_create(&info);
    MPI_Info_set(info, "alloc_shared_noncontig", "true");
    void* own = nullptr;
    const int result = MPI_Win_allocate_shared(static_cast<MPI_Aint>(bytes), 1, info, neighbors, &own, &window);
    MPI_Info_free(&info);
    return result;
}

} // namespace

int share_memory(const Job& job, int64_t bytes, void** addresses) {
    static MPI_Comm neighbors = MPI_COMM_NULL;
    static MPI_Win window = MPI_WIN_NULL;
    static int64_t length = 0;
    std::fill(addresses, addresses + job.count, nullptr);
    int result = find_neighbors(job, neighbors);
    int here = 0;
    if (result == MPI_SUCCESS) {
        result = MPI_Comm_size(neighbors, &here);
    }
    if (result != MPI_SUCCESS) {
        return result;
    }
    int is_content = here == job.count && (bytes <= length || has_room(bytes * job.count)) ? 1 : 0;
    result = agree(job, is_content);
    if (result != MPI_SUCCESS || is_content == 0) {
        return result;
    }
    if (bytes > length) {
        if (window != MPI_WIN_NULL) {
            MPI_Win_free(&window);
        }
        length = 0;
        is_content = allocate(neighbors, bytes, window) == MPI_SUCCESS ? 1 : 0;
        result = agree(job, is_content);
        if (result != MPI_SUCCESS || is_content == 0) {
            return result;
        }
        length = bytes;
    }
    for (int process = 0; process < job.count && result == MPI_SUCCESS; process++) {
        MPI_Aint size = 0;
        int unit = 0;
        result = MPI_Win_shared_query(window, process, &size, &unit, &addresses[process]);
    }
    return result;
}

} // namespace m4
