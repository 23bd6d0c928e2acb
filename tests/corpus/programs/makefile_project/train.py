import argparse
import pickle

import pandas as pd
from sklearn.linear_model import Ridge

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=1.0)
args = parser.parse_args()
df = pd.read_csv("features.csv")
model = Ridge(alpha=args.alpha, solver="cholesky").fit(df.drop(columns="price"), df["price"])
pickle.dump(model, open("model.pkl", "wb"))
