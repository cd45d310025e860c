"""The posterior of a logistic regression by emcee's ensemble of walkers: prints JSON of effective draws and seconds.

usage: python3 posterior.py FILE.npy STEPS

FILE: columns × rows, the inputs and then 0 or 1; every coefficient has the prior N(0, 2.5).
"""

import json
import sys
import time

import emcee
import numpy

data = numpy.load(sys.argv[1]).astype(float)
steps = int(sys.argv[2])
x, y = numpy.ascontiguousarray(data[:-1].T), data[-1]
walkers = 4 * x.shape[1]


def log_density(theta):
    eta = x @ theta.T
    return (y @ eta) - numpy.logaddexp(0, eta).sum(axis=0) - 0.5 * (theta**2).sum(axis=1) / 2.5**2


numpy.random.seed(1)
sampler = emcee.EnsembleSampler(walkers, x.shape[1], log_density, vectorize=True)
state = sampler.run_mcmc(0.1 * numpy.random.randn(walkers, x.shape[1]), 1000)
sampler.reset()
wall, processor = time.perf_counter(), time.process_time()
sampler.run_mcmc(state, steps)
wall, processor = time.perf_counter() - wall, time.process_time() - processor
effective = walkers * steps / sampler.get_autocorr_time(quiet=True)
draws = sampler.get_chain(flat=True)
print(json.dumps({"wall": wall, "processor": processor, "effective": float(effective.min()),
                  "mean": list(draws.mean(axis=0)), "deviation": list(draws.std(axis=0))}))
