"""SciPy's minimisers on sums of squares that another program evaluates, over standard input and output.

usage: python3 problems.py

Reads a line with the numbers of a start; runs each method from there. Writes "method NAME" before a method, then "r x..." for
residuals, "j x..." for the Jacobian, row after row, or "g x..." for the gradient of the sum of squares, and reads the answer as a line
of numbers; writes "done" after the last method.
"""

import sys
import warnings

import numpy
from scipy import optimize

warnings.simplefilter("ignore")
numpy.seterr(all="ignore")


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def ask(kind, x):
    say(kind + " " + " ".join(repr(float(value)).replace("inf", "Infinity") for value in x))
    return numpy.array([float(word) for word in sys.stdin.readline().split()])


def residuals(x):
    return ask("r", x)


def jacobian(x):
    return ask("j", x).reshape(-1, len(x))


def cost(x):
    r = residuals(x)
    return r @ r


def gradient(x):
    return ask("g", x)


def squares(method):
    return lambda x: optimize.least_squares(
        residuals, x, jacobian, method=method, ftol=1e-12, xtol=1e-12, gtol=1e-12, max_nfev=2000)


def general(method, **options):
    return lambda x: optimize.minimize(cost, x, jac=gradient, method=method, options=options)


METHODS = {
    "lm": squares("lm"),
    "trf": squares("trf"),
    "dogbox": squares("dogbox"),
    "BFGS": general("BFGS", gtol=1e-9, maxiter=2000),
    "L-BFGS-B": general("L-BFGS-B", ftol=1e-15, gtol=1e-9, maxiter=2000, maxfun=4000),
    "CG": general("CG", gtol=1e-9, maxiter=2000),
    "TNC": general("TNC", ftol=1e-15, gtol=1e-9, maxfun=4000),
    "SLSQP": general("SLSQP", ftol=1e-15, maxiter=2000),
}

for line in sys.stdin:
    start = numpy.array([float(word) for word in line.split()])
    for name, run in METHODS.items():
        say("method " + name)
        try:
            run(start.copy())
        except (ValueError, OverflowError, numpy.linalg.LinAlgError):
            pass
    say("done")
