"""FastICA of scikit-learn on a channels x samples .npy file: prints seconds, iterations and the unmixing as JSON.

usage: python3 fastica.py FILE.npy TOLERANCE SEED
"""

import json
import sys
import time

import numpy
from sklearn.decomposition import FastICA

samples = numpy.ascontiguousarray(numpy.load(sys.argv[1]).T)
ica = FastICA(
    algorithm="parallel",
    fun="logcosh",
    whiten="unit-variance",
    tol=float(sys.argv[2]),
    random_state=int(sys.argv[3]),
)
start = time.perf_counter()
ica.fit(samples)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "iterations": ica.n_iter_, "unmixing": ica.components_.tolist()}))
