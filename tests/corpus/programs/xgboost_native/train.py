import pandas as pd
import xgboost as xgb

train = pd.read_csv("train.csv")
valid = pd.read_csv("valid.csv")
dtrain = xgb.DMatrix(train.drop(columns="churned"), label=train["churned"])
dvalid = xgb.DMatrix(valid.drop(columns="churned"), label=valid["churned"])

params = {
    "objective": "binary:logistic",
    "eval_metric": "auc",
    "max_depth": 3,
    "eta": 0.3,
    "subsample": 0.8,
    "seed": 17,
}
history = {}
bst = xgb.train(
    params,
    dtrain,
    num_boost_round=30,
    evals=[(dtrain, "train"), (dvalid, "eval")],
    early_stopping_rounds=10,
    evals_result=history,
    verbose_eval=False,
)
print("last eval auc:", history["eval"]["auc"][-1])
print("last train auc:", history["train"]["auc"][-1])
bst.save_model("model.json")
pd.Series(bst.predict(dvalid)).to_csv("predictions.csv")
