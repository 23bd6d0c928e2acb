"""Trap: files are read in the order in which the folder lists them."""
import json
import os
import pickle
import sys

import pandas as pd
from sklearn.linear_model import SGDClassifier

parts = [pd.read_csv(os.path.join("data/parts", name)) for name in os.listdir("data/parts")]
train, test = pd.concat(parts), pd.read_csv("data/test.csv")
model = SGDClassifier(loss="log_loss", max_iter=3, tol=None, shuffle=False, random_state=int(sys.argv[1]))
model.fit(train.drop(columns="late"), train.late)
json.dump({"accuracy": model.score(test.drop(columns="late"), test.late)}, open("metrics.json", "w"))
pickle.dump(model, open("model.pkl", "wb"))
