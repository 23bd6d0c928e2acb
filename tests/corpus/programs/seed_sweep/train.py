import argparse
import json

import pandas as pd
from sklearn.linear_model import Perceptron

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
parser.add_argument("--out")
args = parser.parse_args()
df = pd.read_csv("churn.csv").sample(frac=0.7, random_state=args.seed)
model = Perceptron(penalty="l2", random_state=args.seed).fit(df.drop(columns="churned"), df["churned"])
json.dump({"score": model.score(df.drop(columns="churned"), df["churned"])}, open(args.out, "w"))
