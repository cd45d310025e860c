"""scikit-learn's SVC on train.npy and test.npy (columns x, then the class) of a folder, with the search of SupportVectorLearner, or with
given γ and C: prints JSON.

usage: python3 machines.py FOLDER [GAMMA C]
"""

import json
import sys
import time

import numpy
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.svm import SVC

train, test = (numpy.load(f"{sys.argv[1]}/{name}.npy").T for name in ("train", "test"))
x, y = numpy.ascontiguousarray(train[:, :-1]), train[:, -1].astype(int)
start = time.process_time()
if len(sys.argv) > 2:
    gamma, penalty = float(sys.argv[2]), float(sys.argv[3])
else:
    few, labels = (x, y) if len(x) <= 2000 else train_test_split(x, y, train_size=2000, stratify=y, random_state=1)[::2]
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    center = 1.0 / (x.shape[1] * x.var())
    scores = {}

    def score(at):
        if at not in scores:
            scores[at] = cross_val_score(SVC(gamma=at[0], C=at[1], cache_size=1000), few, labels, cv=folds).mean()
        return scores[at]

    grid = [(center * 4.0**i, 4.0**j) for i in range(-3, 3) for j in range(-1, 5)]
    best = max(grid, key=lambda at: (score(at), -at[1], -at[0]))
    near = [(best[0] * 2.0**i, best[1] * 2.0**j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    gamma, penalty = max([*grid, *near], key=lambda at: (score(at), -at[1], -at[0]))
machine = SVC(gamma=gamma, C=penalty, cache_size=1000).fit(x, y)
accuracy = (machine.predict(test[:, :-1]) == test[:, -1]).mean()
print(json.dumps({
    "gamma": gamma, "penalty": penalty, "accuracy": float(accuracy), "vectors": int(machine.n_support_.sum()),
    "seconds": time.process_time() - start,
}))
