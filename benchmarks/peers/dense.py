"""Dense linear algebra and Fourier transforms of NumPy and SciPy: prints the best seconds of each row as JSON.

usage: python3 dense.py    (rows "operation size" on standard input)
"""

import json
import sys
import time

import numpy
import scipy.fft
import scipy.linalg

SECONDS_PER_FIGURE = 0.3
MIN_RUNS = 5


def prepare(operation, size):
    random = numpy.random.default_rng(1)
    if operation == "fft":
        samples = random.standard_normal(size) + 1j * random.standard_normal(size)
        return lambda: scipy.fft.fft(samples)
    a = numpy.asfortranarray(random.standard_normal((size, size)))
    b = numpy.asfortranarray(random.standard_normal((size, size)))
    symmetric = numpy.asfortranarray(a + a.T)
    definite = numpy.asfortranarray(a @ a.T + size * numpy.eye(size))
    vector = random.standard_normal(size)
    return {
        "product": lambda: a @ b,
        "transposed": lambda: a.T @ b,
        "lu solve": lambda: numpy.linalg.solve(a, vector),
        "cholesky solve": lambda: scipy.linalg.cho_solve(
            scipy.linalg.cho_factor(definite, lower=True, check_finite=False), vector, check_finite=False
        ),
        "qr": lambda: scipy.linalg.qr(a, mode="economic", check_finite=False),
        "svd": lambda: numpy.linalg.svd(a),
        "symmetric eigen": lambda: numpy.linalg.eigh(symmetric),
        "general eigen": lambda: numpy.linalg.eig(a),
    }[operation]


def best_seconds(action):
    action()
    best = float("inf")
    begin = time.perf_counter()
    runs = 0
    while runs < MIN_RUNS or time.perf_counter() - begin < SECONDS_PER_FIGURE:
        start = time.perf_counter()
        repetitions = 0
        while time.perf_counter() - start < 2e-3:
            action()
            repetitions += 1
        best = min(best, (time.perf_counter() - start) / repetitions)
        runs += 1
    return best


rows = [line.rsplit(" ", 1) for line in sys.stdin.read().splitlines()]
print(json.dumps([best_seconds(prepare(operation, int(size))) for operation, size in rows]))
