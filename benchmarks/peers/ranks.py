"""The same passes over two processes of one thread by Python's tools: prints the seconds of a pass, the least of seven.

usage: mpirun -n 2 python3 ranks.py gradient ROWS COLUMNS     the logistic gradient by NumPy, added by mpi4py
       mpirun -n 2 python3 ranks.py logistic ROWS COLUMNS     the same with the Hessian, a pass of Newton's method
       mpirun -n 2 python3 ranks.py mlp BATCH                 784-2048-2048-10 by DistributedDataParallel, gloo
       mpirun -n 2 python3 ranks.py transformer BATCH         4 blocks of the width 256, texts of 128 symbols, the same
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


def perceptron():
    import torch
    from torch import nn

    net = nn.Sequential(
        nn.Linear(784, 2048), nn.ReLU(), nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 10))
    return net, torch.rand(2048, 784), torch.randint(0, 10, (2048,))


def transformer():
    import torch
    from torch import nn

    symbols, length, width, heads, layers = 65, 128, 256, 4, 4

    class Norm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(width))

        def forward(self, x):
            return nn.functional.layer_norm(x, (width,), self.weight)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = Norm(), Norm()
            self.queries, self.attended = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
            self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)
            self.register_buffer("mask", torch.full((length, length), float("-inf")).triu(1), persistent=False)

        def forward(self, x):
            batch = x.shape[0]
            q, k, v = (
                part.view(batch, length, heads, -1).transpose(1, 2)
                for part in self.queries(self.first(x)).split(width, dim=2))
            if hasattr(nn.functional, "scaled_dot_product_attention"):
                seen = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            else:
                scores = q @ k.transpose(2, 3) * (width // heads) ** -0.5 + self.mask
                seen = scores.softmax(3) @ v
            x = x + self.attended(seen.transpose(1, 2).reshape(batch, length, width))
            return x + self.down(nn.functional.gelu(self.up(self.second(x))))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.symbols, self.places = nn.Embedding(symbols, width), nn.Embedding(length, width)
            self.blocks, self.norm = nn.ModuleList(Block() for _ in range(layers)), Norm()

        def forward(self, texts):
            x = self.symbols(texts) + self.places.weight
            for block in self.blocks:
                x = block(x)
            return nn.functional.linear(self.norm(x), self.symbols.weight).transpose(1, 2)

    return (
        Model(), torch.randint(0, symbols, (512, length)), torch.randint(0, symbols, (512, length)))


def distributed(make, batch):
    import torch
    import torch.distributed as dist
    from torch import nn

    rank, size = int(os.environ["OMPI_COMM_WORLD_RANK"]), int(os.environ["OMPI_COMM_WORLD_SIZE"])
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29517")
    dist.init_process_group("gloo", rank=rank, world_size=size)
    torch.set_num_threads(threads)
    torch.manual_seed(rank)
    net, x, y = make()
    shared = nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.AdamW(shared.parameters(), lr=1e-3)
    own = batch // size
    steps = [0]

    def step():
        for _ in range(6):
            first = steps[0] * own % (len(x) - own)
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(shared(x[first:first + own]), y[first:first + own])
            loss.backward()
            optimizer.step()
            steps[0] += 1

    seconds = least(step) / 6
    dist.destroy_process_group()
    return seconds


task, sizes = sys.argv[1], [int(word) for word in sys.argv[2:]]
networks = {"mlp": perceptron, "transformer": transformer}
seconds = distributed(networks[task], *sizes) if task in networks else logistic(*sizes, task == "logistic")
print(f"seconds {seconds!r}", flush=True)
