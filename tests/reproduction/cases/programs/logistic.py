"""Logistic regression behind a scaler."""
import json
import sys

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, random_state=int(sys.argv[1])))
pipeline.fit(train.drop(columns="late"), train.late)
score = pipeline.score(test.drop(columns="late"), test.late)
print("accuracy", score)
json.dump({"accuracy": score}, open("metrics.json", "w"))
joblib.dump(pipeline, "model.joblib", compress=3)
