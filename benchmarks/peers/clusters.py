"""Clusters of scikit-learn on .npy files (channels × samples, float32): prints JSON of seconds and answers.

usage: python3 clusters.py WORK FILE.npy
"""

import json
import sys
import time
import warnings

import numpy
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")  # of iterations that end at their limit, as asked
work, x = sys.argv[1], numpy.ascontiguousarray(numpy.load(sys.argv[2]).T)


def means_from_first():
    machine = KMeans(64, init=x[:64], n_init=1, max_iter=20, tol=0, algorithm="lloyd").fit(x)
    return [machine.inertia_ / len(x)]


def means():
    return [KMeans(64, n_init=1, random_state=0, algorithm="lloyd").fit(x).inertia_ / len(x)]


def mixture():
    return [float(GaussianMixture(16, max_iter=20, tol=0, random_state=0).fit(x.astype(float)).lower_bound_)]


start, processor = time.perf_counter(), time.process_time()
answer = {"means-from-first": means_from_first, "means": means, "mixture": mixture}[work]()
print(json.dumps({"wall": time.perf_counter() - start, "processor": time.process_time() - processor, "answer": answer}))
