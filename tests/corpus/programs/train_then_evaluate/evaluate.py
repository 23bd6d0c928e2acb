import json

import joblib
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_score, recall_score

model = joblib.load("tree.joblib")
test = pd.read_csv("churn_test.csv")
y_true, y_pred = test["churned"], model.predict(test.drop(columns="churned"))
metrics = {
    "precision": float(precision_score(y_true, y_pred)),
    "recall": float(recall_score(y_true, y_pred)),
}
print(metrics["precision"], metrics["recall"])
confusion_matrix(y_true, y_pred)
with open("metrics.json", "w") as f:
    json.dump(metrics, f)
