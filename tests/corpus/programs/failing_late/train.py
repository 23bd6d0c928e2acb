import sys

import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import max_error

df = pd.read_csv("houses.csv")
model = LinearRegression(positive=True).fit(df[["area", "rooms"]], df["price"])
worst = max_error(df["price"], model.predict(df[["area", "rooms"]]))
print("max error", worst)
joblib.dump(model, "candidate.joblib")
if worst > 1:
    print("too bad to ship", file=sys.stderr)
    sys.exit(3)
