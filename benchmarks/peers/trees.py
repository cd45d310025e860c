"""scikit-learn's gradient-boosted trees on the columns x, then y, of train.npy: 100 rounds of 31 leaves at a rate of 0.1, without early stopping.
Prints the processor's seconds over all threads, those of the wall, and the root mean square error, or mean -ln p, of test.npy.

usage: python3 trees.py "fit numbers"|"fit classes"|"predict numbers"|"predict classes" FOLDER
"""

import json
import os
import sys
import time

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

work, folder = sys.argv[1].split(), sys.argv[2]
train, test = (numpy.ascontiguousarray(numpy.load(os.path.join(folder, f"{name}.npy")).T) for name in ("train", "test"))
x, y, test_x, test_y = train[:, :-1], train[:, -1], test[:, :-1], test[:, -1]
classes = work[1] == "classes"
settings = dict(max_iter=100, max_leaf_nodes=31, learning_rate=0.1, min_samples_leaf=20, early_stopping=False, random_state=1)
if classes:
    middle = numpy.median(y)
    y, test_y = (y > middle).astype(int), (test_y > middle).astype(int)
model = (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(**settings)
begun, wall = time.process_time(), time.perf_counter()
model.fit(x, y)
if work[0] == "predict":
    begun, wall = time.process_time(), time.perf_counter()
    model.predict_proba(x) if classes else model.predict(x)
processor, wall = time.process_time() - begun, time.perf_counter() - wall
if classes:
    loss = -numpy.log(model.predict_proba(test_x)[numpy.arange(len(test_y)), test_y]).mean()
else:
    loss = numpy.sqrt(((model.predict(test_x) - test_y) ** 2).mean())
print(json.dumps({"processor": processor, "wall": wall, "answer": [float(loss)]}))
