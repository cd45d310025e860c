"""The same passes over two processes of one thread by Python's tools: prints the seconds of a pass, the least of seven.

usage: mpirun -n 2 python3 ranks.py gradient ROWS COLUMNS     the logistic gradient by NumPy, added by mpi4py
       mpirun -n 2 python3 ranks.py logistic ROWS COLUMNS     the same with the Hessian, a pass of Newton's method
       mpirun -n 2 python3 ranks.py mlp BATCH                 784-2048-2048-10 by DistributedDataParallel, gloo
"""

import os
import sys
import time

ROUNDS = 7
threads = int(os.environ.get("OMP_NUM_THREADS", "1"))


def least(work):
    work()
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def logistic(rows, columns, has_hessian):
    import numpy
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    own = rows // world.size
    random = numpy.random.default_rng(world.rank)
    x = random.random((own, columns)) * 2.0 - 1.0
    y = (x @ (0.3 * numpy.cos(3.0 * numpy.arange(columns))) > 0.1) * 1.0
    weights = numpy.zeros(columns)

    def one_pass():
        p = 1.0 / (1.0 + numpy.exp(-(x @ weights)))
        partial = numpy.append(x.T @ (p - y), (p - y).sum())
        if has_hessian:
            # Half of the weights on either side: one array, and a product that NumPy knows to be symmetric.
            scaled = x * numpy.sqrt(p * (1.0 - p))[:, None]
            partial = numpy.append(partial, scaled.T @ scaled)
        world.Allreduce(partial, numpy.empty_like(partial))

    return least(one_pass)


def mlp(batch):
    import torch
    import torch.distributed as dist
    from torch import nn

    rank, size = int(os.environ["OMPI_COMM_WORLD_RANK"]), int(os.environ["OMPI_COMM_WORLD_SIZE"])
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29517")
    dist.init_process_group("gloo", rank=rank, world_size=size)
    torch.set_num_threads(threads)
    torch.manual_seed(rank)
    net = nn.Sequential(
        nn.Linear(784, 2048), nn.ReLU(), nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 10))
    shared = nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.AdamW(shared.parameters(), lr=1e-3)
    x, y = torch.rand(2048, 784), torch.randint(0, 10, (2048,))
    own = batch // size
    steps = [0]

    def step():
        for _ in range(6):
            first = steps[0] * own % (2048 - own)
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(shared(x[first:first + own]), y[first:first + own])
            loss.backward()
            optimizer.step()
            steps[0] += 1

    seconds = least(step) / 6
    dist.destroy_process_group()
    return seconds


task, sizes = sys.argv[1], [int(word) for word in sys.argv[2:]]
seconds = mlp(*sizes) if task == "mlp" else logistic(*sizes, task == "logistic")
print(f"seconds {seconds!r}", flush=True)
