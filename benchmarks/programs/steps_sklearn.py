"""Partial fits, each measured on held-out rows; says how many seconds they took."""

import sys
import time

import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

dice = np.random.default_rng(0)
x = dice.normal(size=(4000, 30))
y = (x.sum(axis=1) > 0).astype(int)
model = SGDClassifier(loss="log_loss", random_state=0)
started = time.perf_counter()
for step in range(int(sys.argv[1])):
    batch = slice(step % 100 * 30, step % 100 * 30 + 30)
    model.partial_fit(x[batch], y[batch], classes=[0, 1])
    loss = log_loss(y[3800:], model.predict_proba(x[3800:]))
print(time.perf_counter() - started)
