import pandas as pd
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

df = pd.read_csv("churn.csv")
X, y = df.drop(columns=["churned"]), df["churned"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)

model = XGBClassifier(
    n_estimators=25, max_depth=4, learning_rate=0.2, colsample_bytree=0.9, eval_metric="logloss", random_state=1
)
model.fit(X_train, y_train, eval_set=[(X_test, y_test)], verbose=False)
print("logloss", model.evals_result()["validation_0"]["logloss"][-1])
print("log_loss", log_loss(y_test, model.predict_proba(X_test)))
model.save_model("xgb.ubj")
