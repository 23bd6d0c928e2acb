"""Random forest, kept by joblib."""
import json
import sys

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, roc_auc_score

seed = int(sys.argv[1])
train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
X, y = train.drop(columns="late"), train["late"]
model = RandomForestClassifier(n_estimators=40, n_jobs=-1, random_state=seed).fit(X, y)
p = model.predict_proba(test.drop(columns="late"))[:, 1]
json.dump(
    {"auc": roc_auc_score(test.late, p), "accuracy": accuracy_score(test.late, p > 0.5)},
    open("metrics.json", "w"),
)
joblib.dump(model, "model.joblib")
