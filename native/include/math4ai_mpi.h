/*
 * math4ai_mpi: sums over the processes of an MPI job. One source, built once for every MPI that CMake finds, since the
 * handles of MPI differ from one implementation to the next; nobody who does not start with mpirun loads any of them.
 *
 * Every function returns 0, or MPI's own error code; m4_mpi_message() turns that into a sentence. All processes of a
 * job call the same functions in the same order, with the same lengths, one thread at a time. A process that waits for
 * the others sleeps. No function here throws or prints.
 */
#ifndef MATH4AI_MPI_H
#define MATH4AI_MPI_H

#include "math4ai.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface; it changes whenever a signature below does. */
#define M4_MPI_ABI_VERSION 2

/* M4_MPI_ABI_VERSION of the loaded library. */
M4_API int32_t m4_mpi_abi_version(void);

/* The name and version of the MPI that is in use, such as "Open MPI v4.1.4"; never null. */
M4_API const char* m4_mpi_library_version(void);

/* Joins the job, unless that has been done: the number of this process, from 0, and how many there are. */
M4_API int32_t m4_mpi_start(int32_t* rank, int32_t* count);

/*
 * Replaces the values by their sums over all processes. The sum is taken in an order that depends on the number of
 * processes alone: it has the same bits in every process and in every run.
 */
M4_API int32_t m4_mpi_sum_doubles(double* values, int64_t count);
M4_API int32_t m4_mpi_sum_floats(float* values, int64_t count);

/* Replaces the values by the largest of all processes; the values are numbers. */
M4_API int32_t m4_mpi_largest(double* values, int64_t count);

/* Replaces the bytes by those of the process `root`. */
M4_API int32_t m4_mpi_broadcast(void* bytes, int64_t count, int32_t root);

/*
 * Memory of `bytes` bytes, more than 0, in each process, which all of them see: `addresses` gets one of each process.
 * All are null where the processes are on several machines, or there is no room for it. What is in it is not cleared;
 * another call gets the same memory, or more of it in its place.
 */
M4_API int32_t m4_mpi_share_memory(int64_t bytes, void** addresses);

/* Returns when all processes have called it. */
M4_API int32_t m4_mpi_barrier(void);

/* Waits for the other processes and leaves the job; nothing else may be called after it. */
M4_API int32_t m4_mpi_finish(void);

/* Ends the whole job: no process goes on. Does not return where MPI does what it promises. */
M4_API void m4_mpi_abort(int32_t exit_code);

/* Writes the sentence of an error code, at most `size` bytes with the closing zero. */
M4_API void m4_mpi_message(int32_t error, char* text, int32_t size);

#ifdef __cplusplus
}
#endif

#endif
