"""A map by umap-learn of a .npy file (channels × samples): writes its points beside it and prints JSON of seconds.

usage: python3 maps.py WORK FILE.npy

Where WORK is a number, as many maps with the seeds 1, 2, …; else the map has none, and uses all threads.
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
some = 300 if len(x) < 4096 else 4500  # above, umap-learn searches for neighbors in another way
umap.UMAP().fit(x[:: max(1, len(x) // some)])  # what is compiled at first use is no part of the comparison
if sys.argv[1].isdigit():
    for seed in range(1, int(sys.argv[1]) + 1):
        numpy.save(f"{file}.{seed}.points.npy", umap.UMAP(random_state=seed).fit_transform(x).astype(float).T)
    sys.exit()
start, processor = time.perf_counter(), time.process_time()
points = umap.UMAP().fit_transform(x)
wall, used = time.perf_counter() - start, time.process_time() - processor
numpy.save(file + ".points.npy", points.astype(float).T)
print(json.dumps({"wall": wall, "processor": used, "answer": []}))
