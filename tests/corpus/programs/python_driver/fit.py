import argparse

import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

parser = argparse.ArgumentParser()
parser.add_argument("--degree", type=int, default=1)
args = parser.parse_args()
df = pd.read_feather("clean.feather")
model = make_pipeline(PolynomialFeatures(args.degree, include_bias=False), LinearRegression())
model.fit(df[["area", "rooms"]], df["price"])
print("mae", mean_absolute_error(df["price"], model.predict(df[["area", "rooms"]])))
joblib.dump(model, "poly.joblib")
