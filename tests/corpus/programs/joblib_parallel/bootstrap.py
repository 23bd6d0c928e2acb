import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestRegressor


def one(seed, x, y):
    dice = np.random.default_rng(seed)
    rows = dice.integers(0, len(x), len(x))
    return np.polyfit(x[rows], y[rows], 1)[0]


houses = pd.read_csv("houses.csv")
slopes = Parallel(n_jobs=2)(
    delayed(one)(seed, houses["area"].to_numpy(), houses["price"].to_numpy()) for seed in range(6)
)
forest = RandomForestRegressor(n_estimators=10, n_jobs=2, random_state=4)
forest.fit(houses[["area", "rooms", "age"]], houses["price"])
print("importance", forest.feature_importances_.round(3))
pd.DataFrame({"slope": slopes}).to_csv("slopes.csv")
