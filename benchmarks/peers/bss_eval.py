"""BSS Eval of mir_eval on references and estimates in .npy files: prints seconds and the ratios as JSON.

usage: python3 bss_eval.py REFERENCES.npy ESTIMATES.npy
"""

import json
import sys
import time
import warnings

import numpy
from mir_eval.separation import bss_eval_sources

warnings.filterwarnings("ignore")
references, estimates = numpy.load(sys.argv[1]), numpy.load(sys.argv[2])
start = time.perf_counter()
sdr, sir, sar, permutation = bss_eval_sources(references, estimates)
seconds = time.perf_counter() - start
ratios = {"sdr": sdr.tolist(), "sir": sir.tolist(), "sar": sar.tolist(), "permutation": permutation.tolist()}
print(json.dumps({"seconds": seconds, **ratios}))
