"""The model is measured on months that it has not seen."""

import json

import joblib
import pandas as pd
import yaml
from sklearn.metrics import average_precision_score, roc_auc_score

with open("config.yaml") as file:
    config = yaml.safe_load(file)

table = pd.read_parquet("data/features.parquet")
unseen = table[table["month"] > config["split"]["last_month"]]
model = joblib.load("models/delay.joblib")

guess = model.predict_proba(unseen.drop(columns="late"))[:, 1]
metrics = {
    "auc": round(roc_auc_score(unseen["late"], guess), 4),
    "average_precision": round(average_precision_score(unseen["late"], guess), 4),
    "flights": len(unseen),
}
with open("reports/metrics.json", "w") as file:
    json.dump(metrics, file, indent=2)
print(f"auc {metrics['auc']} on {metrics['flights']:,} flights")
