"""XGBoost with histograms, in its own format."""
import json
import sys

import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score

seed = int(sys.argv[1])
train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
X, y = train.drop(columns="late"), train["late"]
model = xgb.XGBClassifier(
    n_estimators=60, max_depth=5, subsample=0.8, colsample_bytree=0.8, tree_method="hist", random_state=seed
)
model.fit(X, y)
auc = roc_auc_score(test.late, model.predict_proba(test.drop(columns="late"))[:, 1])
with open("metrics.json", "w") as f:
    json.dump({"auc": float(auc)}, f)
model.save_model("model.json")
