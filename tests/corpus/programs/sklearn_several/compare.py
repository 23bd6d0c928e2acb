import pickle

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import Lasso, Ridge
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

houses = pd.read_csv("houses.csv")
y = houses.pop("price")
X_train, X_val, y_train, y_val = train_test_split(houses, y, test_size=0.3, random_state=5)

models = {
    "ridge": Ridge(alpha=0.7),
    "lasso": Lasso(alpha=0.05, max_iter=5000),
    "gbr": GradientBoostingRegressor(n_estimators=40, learning_rate=0.2, random_state=9),
}
results = []
for name, model in models.items():
    model.fit(X_train, y_train)
    pred = model.predict(X_val)
    mae = mean_absolute_error(y_val, pred)
    rmse = np.sqrt(mean_squared_error(y_val, pred))
    r2 = r2_score(y_val, pred)
    print(f"{name}: mae={mae:.6f} rmse={rmse:.6f} r2={r2:.6f}")
    results.append({"model": name, "mae": mae, "rmse": rmse, "r2": r2})
    with open(f"models_{name}.pkl", "wb") as out:
        pickle.dump(model, out)

pd.DataFrame(results).to_csv("leaderboard.csv", index=False)
