"""Clusters of scikit-learn on .npy files (channels × samples, float32): prints JSON of seconds and answers.

usage: python3 clusters.py WORK FILE.npy
"""

import json
import sys
import time
import warnings

import numpy
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import DBSCAN, KMeans
from sklearn.decomposition import NMF, PCA
from sklearn.manifold import TSNE
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore")  # of iterations that end at their limit, as asked
work, x = sys.argv[1], numpy.ascontiguousarray(numpy.load(sys.argv[2]).T)


def means_from_first():
    machine = KMeans(64, init=x[:64], n_init=1, max_iter=20, tol=0, algorithm="lloyd").fit(x)
    return [machine.inertia_ / len(x)]


def means():
    return [KMeans(64, n_init=1, random_state=0, algorithm="lloyd").fit(x).inertia_ / len(x)]


def mixture():
    return [float(GaussianMixture(16, max_iter=20, tol=0, random_state=0).fit(x.astype(float)).lower_bound_)]


def density():
    labels = DBSCAN(eps=0.06, min_samples=10, n_jobs=-1).fit(x.astype(float)).labels_
    return [float(labels.max() + 1), float((labels < 0).sum())]


def neighbors():
    distances, _ = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(x.astype(float)).kneighbors()
    return [float(distances[:, 9].mean())]


def parts():
    machine = NMF(20, init="nndsvda", max_iter=100, tol=0, random_state=0).fit(numpy.abs(x.astype(float)))
    return [float(machine.reconstruction_err_)]


def map_of_digits():
    return [float(TSNE(init="pca", learning_rate="auto", random_state=0, n_jobs=-1).fit(x).kl_divergence_)]


def ward():
    return [float(linkage(x.astype(float), "ward")[:, 2].sum())]


def components():
    return [float(PCA().fit(x.astype(float)).explained_variance_[9])]


def components_by_covariance():
    centered = x.astype(float)
    centered -= centered.mean(axis=0)
    return [float(numpy.linalg.eigh(centered.T @ centered / (len(x) - 1))[0][-10])]


works = {
    "means-from-first": means_from_first,
    "means": means,
    "mixture": mixture,
    "density": density,
    "neighbors": neighbors,
    "parts": parts,
    "map": map_of_digits,
    "ward": ward,
    "components": components,
    "components-by-covariance": components_by_covariance,
}
start, processor = time.perf_counter(), time.process_time()
answer = works[work]()
print(json.dumps({"wall": time.perf_counter() - start, "processor": time.process_time() - processor, "answer": answer}))
