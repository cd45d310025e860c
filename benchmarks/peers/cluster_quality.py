"""Clusters and outliers of scikit-learn on .npy files (channels × samples; labels): prints JSON of their quality.

usage: python3 cluster_quality.py clusters|outliers FILE.npy LABELS.npy
"""

import json
import sys
import warnings

import numpy
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.covariance import MinCovDet
from sklearn.ensemble import IsolationForest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import LocalOutlierFactor

warnings.filterwarnings("ignore")  # of iterations that end at their limit
x, labels = numpy.ascontiguousarray(numpy.load(sys.argv[2]).T), numpy.load(sys.argv[3]).ravel().astype(int)


def clusters():
    k = len(set(labels))
    found = {
        "k-means": KMeans(k, n_init=10, random_state=0).fit_predict(x),
        "mixture": GaussianMixture(k, n_init=3, reg_covar=1e-3, random_state=0).fit_predict(x),
    }
    if len(x) <= 10000:
        found["Ward"] = AgglomerativeClustering(k).fit_predict(x)
    return {
        name: [float(adjusted_rand_score(labels, of)), float(normalized_mutual_info_score(labels, of))]
        for name, of in found.items()
    }


def axes():
    """The components with one percent of the largest variance or more."""
    centered = x - x.mean(0)
    _, values, directions = numpy.linalg.svd(centered, full_matrices=False)
    return centered @ directions[values**2 > 0.01 * values[0] ** 2].T


def outliers():
    forests = [-IsolationForest(random_state=seed).fit(x).score_samples(x) for seed in range(5)]
    return {
        "forest": [float(numpy.mean([roc_auc_score(labels, score) for score in forests]))],
        "mixture": [
            float(
                roc_auc_score(
                    labels, -GaussianMixture(3, reg_covar=1e-3, random_state=0).fit(x).score_samples(x)
                )
            )
        ],
        "determinant": [float(roc_auc_score(labels, MinCovDet(random_state=0).fit(axes()).mahalanobis(axes())))],
        "factor": [float(roc_auc_score(labels, -LocalOutlierFactor(20).fit(x).negative_outlier_factor_))],
    }


print(json.dumps({"clusters": clusters, "outliers": outliers}[sys.argv[1]]()))
