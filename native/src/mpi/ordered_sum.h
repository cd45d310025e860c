/* Sums over processes, in an order that depends on their number alone. */
#ifndef MATH4AI_MPI_ORDERED_SUM_H
#define MATH4AI_MPI_ORDERED_SUM_H

#include <cstdint>
#include <mpi.h>

namespace m4 {

struct Job {
    MPI_Comm all = MPI_COMM_NULL;
    int rank = 0;
    int count = 0;
};

/* Replaces the values by their sums over all processes. */
int sum_in_order(const Job& job, double* values, int count);
int sum_in_order(const Job& job, float* values, int count);

/* Where the share of a process begins, and how long it is: at most what one message carries. */
struct Part {
    int64_t start = 0;
    int length = 0;
};

/* Replaces the part of this process by its sums over all processes; `parts` has one for each. */
int sum_parts(const Job& job, double* values, const Part* parts);
int sum_parts(const Job& job, float* values, const Part* parts);

/* Gives the part of each process to all. */
int gather_parts(const Job& job, double* values, const Part* parts);
int gather_parts(const Job& job, float* values, const Part* parts);

} // namespace m4

#endif
