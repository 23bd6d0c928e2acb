"""Trap: nobody set a seed."""
import json
import pickle

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

train = pd.read_csv("data/train.csv")
X_train, X_test, y_train, y_test = train_test_split(train.drop(columns="late"), train.late)
model = RandomForestClassifier(n_estimators=30).fit(X_train, y_train)
json.dump({"accuracy": model.score(X_test, y_test)}, open("metrics.json", "w"))
pickle.dump(model, open("model.pkl", "wb"))
