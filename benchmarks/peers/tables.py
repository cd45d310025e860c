"""scikit-learn's models on train.npy and test.npy (columns x, then the target) of a folder, each with settings chosen by the same 5-fold
cross-validation of the training rows, or of 3000 of them where there are more: prints a line of JSON for each model, the loss of the test rows
(-ln p of classes, or the root mean square error) and the processor's seconds. Or writes scikit-learn's own tables as CSV.

usage: python3 tables.py FOLDER CLASSES [MODEL ...]       (CLASSES 0: numbers)
       python3 tables.py --export FOLDER
"""

import json
import os
import sys
import time
import warnings

# Two of these processes run at once, and tables are small: threads that wait for each other would cost more than they do.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy
from sklearn import datasets
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

warnings.filterwarnings("ignore")

if sys.argv[1] == "--export":
    for name in ("breast_cancer", "wine", "diabetes"):
        data = getattr(datasets, f"load_{name}")()
        target = data.target if name == "diabetes" else [f"class{of}" for of in data.target]
        with open(f"{sys.argv[2]}/{name}.csv", "w") as file:
            file.write(",".join([*(f"x{i + 1}" for i in range(data.data.shape[1])), "target"]) + "\n")
            for row, value in zip(data.data, target):
                file.write(",".join([*(repr(float(cell)) for cell in row), str(value)]) + "\n")
    sys.exit()

train, test = (numpy.load(f"{sys.argv[1]}/{name}.npy").T for name in ("train", "test"))
classes = int(sys.argv[2])
x, y, test_x, test_y = train[:, :-1], train[:, -1], test[:, :-1], test[:, -1]
y, test_y = (y.astype(int), test_y.astype(int)) if classes else (y, test_y)
MOST = 3000
some = numpy.arange(len(y))
if len(y) > MOST:
    is_even = classes and numpy.bincount(y)[numpy.bincount(y) > 0].min() > 1
    some, _ = train_test_split(some, train_size=MOST, random_state=1, stratify=y if is_even else None)
few = y[some] if not classes else numpy.bincount(y[some])[numpy.bincount(y[some]) > 0]
folds = (StratifiedKFold if classes and few.min() >= 5 else KFold)(5, shuffle=True, random_state=1)


def scaled(model):
    return TransformedTargetRegressor(model, transformer=StandardScaler())


boosting = {"max_leaf_nodes": [7, 31], "learning_rate": [0.03, 0.1], "l2_regularization": [0.0, 1.0]}
early = {"max_iter": 1000, "early_stopping": True, "n_iter_no_change": 20, "random_state": 1}
forest = {"min_samples_leaf": [1, 3], "max_features": ["sqrt", 0.5, 1.0]}
network = {"alpha": [1e-4, 1e-2, 1.0], "hidden_layer_sizes": [(100,), (64, 64)]}
gammas = [4.0**i / (x.shape[1] * x.var()) for i in range(-3, 3)]
costs = [4.0**j for j in range(-1, 5)]


def prefixed(grid):
    return {f"regressor__{name}": values for name, values in grid.items()}


models = {
    "boosting": (HistGradientBoostingClassifier(**early), boosting) if classes
    else (HistGradientBoostingRegressor(**early), boosting),
    "forest": (RandomForestClassifier(300, random_state=1), forest) if classes
    else (RandomForestRegressor(300, random_state=1), forest),
    "linear": (LogisticRegression(max_iter=10000), {"C": 10.0 ** numpy.arange(-3.0, 4.0)}) if classes
    else (Ridge(), {"alpha": 10.0 ** numpy.arange(-3.0, 4.0)}),
    "mlp": (MLPClassifier(max_iter=1000, random_state=1), network) if classes
    else (scaled(MLPRegressor(max_iter=1000, random_state=1)), prefixed(network)),
    "svm": (SVC(probability=True, random_state=1, cache_size=1000), {"gamma": gammas, "C": costs}) if classes
    else (scaled(SVR(cache_size=1000)), prefixed({"gamma": gammas, "C": costs})),
}
for name in sys.argv[3:] or models:
    model, grid = models[name]
    start = time.process_time()
    scoring = "neg_log_loss" if classes and name != "svm" else "accuracy" if classes else "neg_mean_squared_error"
    search = GridSearchCV(model, grid, scoring=scoring, cv=folds, error_score=numpy.nan, refit=False).fit(x[some], y[some])
    best = clone(model).set_params(**search.best_params_).fit(x, y)
    if classes:
        p = numpy.full((len(test_y), classes), 1e-12)
        p[:, best.classes_] = best.predict_proba(test_x)
        loss = -numpy.log(numpy.maximum(1e-12, p[numpy.arange(len(test_y)), test_y])).mean()
    else:
        loss = numpy.sqrt(((best.predict(test_x) - test_y) ** 2).mean())
    print(json.dumps({"name": name, "loss": float(loss), "seconds": time.process_time() - start}), flush=True)
