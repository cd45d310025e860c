/* Memory that the processes of one machine see. */
#ifndef MATH4AI_MPI_SHARED_MEMORY_H
#define MATH4AI_MPI_SHARED_MEMORY_H

#include "ordered_sum.h"

#include <cstdint>

namespace m4 {

/*
 * The address of the memory of each process, of `bytes` bytes; null of all where they are on several machines, or a
 * machine has no room. It is kept: the next call gets the same memory, unless it asks for more.
 */
int share_memory(const Job& job, int64_t bytes, void** addresses);

} // namespace m4

#endif
