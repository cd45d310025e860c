/* Sums over processes, in an order that depends on their number alone. */
#ifndef MATH4AI_MPI_ORDERED_SUM_H
#define MATH4AI_MPI_ORDERED_SUM_H

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

} // namespace m4

#endif
