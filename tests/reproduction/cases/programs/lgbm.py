"""LightGBM, as text."""
import json
import sys

import lightgbm as lgb
import pandas as pd
from sklearn.metrics import roc_auc_score

seed = int(sys.argv[1])
train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
params = {"objective": "binary", "num_leaves": 15, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": seed, "verbose": -1}
booster = lgb.train(params, lgb.Dataset(train.drop(columns="late"), train.late), 60)
auc = roc_auc_score(test.late, booster.predict(test.drop(columns="late")))
json.dump({"auc": auc}, open("metrics.json", "w"))
booster.save_model("model.txt")
