"""scikit-learn's histogram gradient boosting."""
import json
import pickle
import sys

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
model = HistGradientBoostingClassifier(
    max_iter=40, early_stopping=True, validation_fraction=0.2, random_state=int(sys.argv[1])
)
model.fit(train.drop(columns="late"), train.late)
loss = log_loss(test.late, model.predict_proba(test.drop(columns="late")))
json.dump({"log_loss": loss, "rounds": int(model.n_iter_)}, open("metrics.json", "w"))
pickle.dump(model, open("model.pkl", "wb"))
