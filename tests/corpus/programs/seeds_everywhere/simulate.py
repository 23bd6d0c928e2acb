import random

import numpy as np
import pandas as pd

SEED = 1234
random.seed(SEED)
np.random.seed(SEED + 1)
rng = np.random.default_rng(SEED + 2)
old = np.random.RandomState(SEED + 3)
own = random.Random(SEED + 4)

df = pd.read_csv("customers.csv")
df["a"] = [random.random() for _ in range(len(df))]
df["b"] = np.random.rand(len(df))
df["c"] = rng.normal(size=len(df))
df["d"] = old.uniform(size=len(df))
df["e"] = [own.gauss(0, 1) for _ in range(len(df))]
df.sample(frac=0.5, random_state=SEED + 5).to_csv("sampled.csv", index=False)
