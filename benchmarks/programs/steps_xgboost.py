"""Boosting rounds, each evaluated; says how many seconds they took."""

import sys
import time

import numpy as np
import xgboost

dice = np.random.default_rng(0)
x = dice.normal(size=(2000, 20))
y = (x.sum(axis=1) > 0).astype(int)
train, valid = xgboost.DMatrix(x[:1500], y[:1500]), xgboost.DMatrix(x[1500:], y[1500:])
settings = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1, "eta": 0.01}
started = time.perf_counter()
xgboost.train(
    settings,
    train,
    int(sys.argv[1]),
    evals=[(train, "train"), (valid, "valid")],
    verbose_eval=False,
)
print(time.perf_counter() - started)
