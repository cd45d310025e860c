"""A map by umap-learn of a .npy file (channels × samples): writes its points beside it and prints JSON of seconds.

usage: python3 maps.py WORK FILE.npy
"""

import json
import sys
import time
import warnings

import numpy
import umap

warnings.filterwarnings("ignore")
file = sys.argv[2]
x = numpy.ascontiguousarray(numpy.load(file).T).astype(numpy.float32)
umap.UMAP().fit(x[:: max(1, len(x) // 300)])  # what is compiled at first use is no part of the comparison
start, processor = time.perf_counter(), time.process_time()
points = umap.UMAP().fit_transform(x)
wall, used = time.perf_counter() - start, time.process_time() - processor
numpy.save(file + ".points.npy", points.astype(float).T)
print(json.dumps({"wall": wall, "processor": used, "answer": []}))
