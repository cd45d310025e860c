"""NIST's nonlinear regressions from both published starts by SciPy's leastsq (MINPACK): prints seconds and digits as JSON.

usage: python3 fit.py FOLDER REPETITIONS
"""

import json
import re
import sys
import time
import warnings
from pathlib import Path

import numpy
from scipy.optimize import leastsq

NAMES = [
    "BoxBOD", "Chwirut2", "DanWood", "ENSO", "Gauss1", "Hahn1", "Kirby2", "Lanczos3", "MGH09", "MGH10", "MGH17", "Misra1a",
    "Misra1b", "Roszman1", "Thurber",
]


def load(path):
    lines = path.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if re.match(r"\s+y\s*=", line))
    last = next(i for i in range(first, len(lines)) if re.search(r"\+\s*e\s*$", lines[i]))
    formula = re.sub(r"^\s*y\s*=|\+\s*e\s*$", "", " ".join(lines[first : last + 1])).strip()
    formula = formula.replace("[", "(").replace("]", ")")
    values = numpy.array(
        [[float(v) for v in line.split("=")[1].split()] for line in lines if re.match(r"\s+b\d+\s*=", line)]
    )
    at = max(i for i, line in enumerate(lines) if line.startswith("Data:"))
    rows = numpy.array([[float(v) for v in line.split()] for line in lines[at + 1 :] if len(line.split()) > 1])
    names = {"exp": numpy.exp, "log": numpy.log, "cos": numpy.cos, "sin": numpy.sin, "arctan": numpy.arctan, "pi": numpy.pi}
    parameters = ", ".join(f"b{i + 1}" for i in range(len(values)))
    model = eval(f"lambda x, {parameters}: {formula}", names)  # the formulas are NIST's own
    return values, rows, model


def digits(found, certified):
    with numpy.errstate(divide="ignore", invalid="ignore"):
        worst = (-numpy.log10(numpy.abs(found - certified) / numpy.abs(certified))).min()
    return float(min(11.0, worst)) if not numpy.isnan(worst) else -1.0


def main():
    warnings.simplefilter("ignore")
    sets = [load(Path(sys.argv[1]) / f"{name}.dat") for name in NAMES]
    best, found = numpy.inf, []
    for _ in range(int(sys.argv[2])):
        begin = time.perf_counter()
        found = []
        for values, rows, model in sets:
            x, y = rows[:, 1], rows[:, 0]
            for start in (0, 1):
                theta, _ = leastsq(
                    lambda b: model(x, *b) - y, values[:, start], ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=100000
                )
                found.append((theta, values[:, 2]))
        best = min(best, time.perf_counter() - begin)
    print(json.dumps({"seconds": best, "digits": [digits(*pair) for pair in found]}))


main()
