"""Logistic regression of scikit-learn and ridge regression of NumPy on a .npy file whose last column is y: prints JSON.

usage: python3 linear.py FILE.npy PENALTY
"""

import json
import sys
import time

import numpy
from sklearn.linear_model import LogisticRegression

data = numpy.load(sys.argv[1])
penalty = float(sys.argv[2])
x, y = numpy.ascontiguousarray(data[:-1].T), data[-1]
start = time.perf_counter()
# A smaller tolerance changes nothing: the minimiser ends where the cost does not change in its ninth digit.
model = LogisticRegression(C=1.0 / penalty, tol=1e-6, max_iter=1000).fit(x, y)
logistic = time.perf_counter() - start
p = model.predict_proba(x)[:, 1] - y
gradient = numpy.append(x.T @ p + penalty * model.coef_[0], p.sum())
first = numpy.append(x.T @ (0.5 - y), (0.5 - y).sum())
start = time.perf_counter()
ones = numpy.column_stack([x, numpy.ones(len(x))])
ridge = numpy.linalg.solve(ones.T @ ones + penalty * numpy.diag([1.0] * x.shape[1] + [0.0]), ones.T @ y)
solved = time.perf_counter() - start
print(json.dumps({
    "logisticSeconds": logistic,
    "iterations": int(model.n_iter_[0]),
    "gradient": float(numpy.linalg.norm(gradient) / numpy.linalg.norm(first)),
    "weights": model.coef_[0].tolist(),
    "ridgeSeconds": solved,
    "ridge": ridge[:-1].tolist(),
}))
