"""Coverage of 95 % intervals of a line with Laplace noise, by the formulas of LaplaceUncertainty.

Every data set is fitted by trying the lines through all pairs of points: python3 LaplaceCoverage.py [data sets]
"""

import sys

import numpy as np
from scipy import stats

FIRST = np.sqrt(2 / np.pi)


def fit(x, y):
    """The least sum of |r| and its line, for each row of y."""
    best = np.full(len(y), np.inf)
    line = np.zeros((len(y), 2))
    for i, j in zip(*np.triu_indices(len(x), 1)):
        slope = (y[:, j] - y[:, i]) / (x[j] - x[i])
        start = y[:, i] - slope * x[i]
        total = np.abs(y - start[:, None] - slope[:, None] * x).sum(1)
        better = total < best
        best[better] = total[better]
        line[better] = np.c_[start, slope][better]
    return best, line


def without_intercept(x, y):
    """The least sum of |r| of y = b x."""
    best = np.full(len(y), np.inf)
    for i in np.flatnonzero(x):
        best = np.minimum(best, np.abs(y - (y[:, i] / x[i])[:, None] * x).sum(1))
    return best


def leverage(design):
    q, _ = np.linalg.qr(design)
    return (q**2).sum(1)


def main(runs):
    random = np.random.default_rng(424242)
    for n in (8, 12, 16, 20, 30, 50):
        for name, x in (("even", np.linspace(0, 1, n)), ("uneven", np.linspace(0, 1, n) ** 3)):
            y = random.laplace(size=(runs, n))
            least, line = fit(x, y)
            design = np.c_[np.ones(n), x]
            inverse = np.linalg.inv(design.T @ design)
            h = leverage(design)
            held = (without_intercept(x, y), np.abs(y - np.median(y, axis=1)[:, None]).sum(1))
            for j in range(2):
                # Wald's interval.
                share = (design @ inverse[:, j]) ** 2 / inverse[j, j]
                widening = 1 + ((2 * FIRST * np.sqrt(h) + 0.75 * h) * share).sum()
                error = 2 * least / (2 * n - 2) * np.sqrt(inverse[j, j] * widening)
                wald = np.mean(np.abs(line[:, j]) <= stats.t.ppf(0.975, n - 2) * error)

                # The profile: 2n log(D(0)/D*) against 2n log(1 + B F/(2n - k)).
                rest = leverage(design[:, [1 - j]])
                factor = 1 + 2 / 3 * FIRST * ((h**1.5).sum() - (rest**1.5).sum())
                limit = np.log1p(factor * stats.f.ppf(0.95, 1, 2 * n - 2) / (2 * n - 2))
                profile = np.mean(np.log(held[j] / least) <= limit)
                print(n, name, "ab"[j], f"Wald {wald:.4f} profile {profile:.4f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20000)
