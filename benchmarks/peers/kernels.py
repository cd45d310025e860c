"""Kernel machines and Gaussian processes of scikit-learn on .npy files (columns x, then y): prints JSON of seconds and answers.

usage: python3 kernels.py WORK FILE.npy
"""

import json
import sys
import time

import numpy
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, SVR

work, data = sys.argv[1], numpy.load(sys.argv[2]).T
x, y = numpy.ascontiguousarray(data[:, :-1]), numpy.ascontiguousarray(data[:, -1])
inputs = x.shape[1]


def evidence():
    kernel = ConstantKernel(1.0) * RBF(numpy.full(inputs, 1.5)) + WhiteKernel(0.1)
    process = GaussianProcessRegressor(kernel, optimizer=None).fit(x[:2], y[:2])
    process.X_train_, process.y_train_ = x, y
    value, gradient = process.log_marginal_likelihood(process.kernel_.theta, eval_gradient=True)
    return [float(value), *gradient.tolist()]


def predictions():
    train = len(x) - 2000
    kernel = ConstantKernel(1.0) * RBF(numpy.full(inputs, 1.5))
    process = GaussianProcessRegressor(kernel, alpha=0.1, normalize_y=True, optimizer=None).fit(x[:train], y[:train])
    mean, deviation = process.predict(x[train:], return_std=True)
    return [float(mean.sum()), float(deviation.sum())]


def ridge():
    return [float(KernelRidge(alpha=0.1, kernel="rbf", gamma=0.2).fit(x, y).dual_coef_.sum())]


def classes():
    machine = SVC(C=1.0, gamma=1.0 / inputs).fit(x, y > 0)
    return [int(machine.n_support_.sum()), float((machine.predict(x) == (y > 0)).mean())]


def regression():
    machine = SVR(C=1.0, gamma=1.0 / inputs, epsilon=0.1).fit(x, y)
    return [int(machine.n_support_.sum()), float(((machine.predict(x) - y) ** 2).mean())]


def features(map):
    train = len(x) * 10 // 11
    machine = make_pipeline(map, Ridge(alpha=1.0)).fit(x[:train], y[:train])
    return [float(numpy.sqrt(((machine.predict(x[train:]) - y[train:]) ** 2).mean()))]


def waves():
    return features(RBFSampler(gamma=0.125, n_components=1000, random_state=0))


def landmarks():
    return features(Nystroem(gamma=0.125, n_components=1000, random_state=0))


works = {
    "evidence": evidence,
    "predictions": predictions,
    "ridge": ridge,
    "classes": classes,
    "regression": regression,
    "waves": waves,
    "landmarks": landmarks,
}
start, processor = time.perf_counter(), time.process_time()
answer = works[work.removesuffix("-single")]()
print(json.dumps({"wall": time.perf_counter() - start, "processor": time.process_time() - processor, "answer": answer}))
