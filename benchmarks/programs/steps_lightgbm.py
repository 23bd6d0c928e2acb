"""Boosting rounds, each evaluated; says how many seconds they took."""

import sys
import time

import lightgbm
import numpy as np

dice = np.random.default_rng(0)
x = dice.normal(size=(2000, 20))
y = (x.sum(axis=1) > 0).astype(int)
train = lightgbm.Dataset(x[:1500], y[:1500])
valid = lightgbm.Dataset(x[1500:], y[1500:], reference=train)
settings = {
    "objective": "binary",
    "max_depth": 2,
    "num_threads": 1,
    "learning_rate": 0.01,
    "verbose": -1,
}
started = time.perf_counter()
lightgbm.train(settings, train, int(sys.argv[1]), valid_sets=[train, valid])
print(time.perf_counter() - started)
