"""A training of some seconds on one thread, so that the clock is steady."""

import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

table = pd.read_csv(sys.argv[1])
wide = pd.concat([table] * int(sys.argv[3]), ignore_index=True)
rows = wide.drop(columns="y") + np.random.default_rng(1).normal(0, 0.1, (len(wide), 20))
model = RandomForestClassifier(n_estimators=int(sys.argv[4]), random_state=1, n_jobs=1)
model.fit(rows, wide["y"])
joblib.dump(model, sys.argv[2])
