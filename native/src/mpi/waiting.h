/* Waiting for messages without a busy core. */
#ifndef MATH4AI_MPI_WAITING_H
#define MATH4AI_MPI_WAITING_H

#include <mpi.h>

namespace m4 {

/* Returns when all requests are done: it looks at once, then yields for a moment, then sleeps between looks. */
int wait_for(int count, MPI_Request* requests);

} // namespace m4

#endif
