import joblib
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold

df = pd.read_csv("data/churn.csv")
X, y = df.drop(columns="churned"), df["churned"]
folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=21)
scores = []
for fold, (train_idx, valid_idx) in enumerate(folds.split(X, y)):
    clf = lgb.LGBMClassifier(n_estimators=20, num_leaves=7, learning_rate=0.15, random_state=21, verbose=-1)
    clf.fit(X.iloc[train_idx], y.iloc[train_idx], eval_set=[(X.iloc[valid_idx], y.iloc[valid_idx])], eval_metric="auc")
    pred = clf.predict(X.iloc[valid_idx])
    score = accuracy_score(y.iloc[valid_idx], pred)
    print(f"fold {fold}: {score:.5f}")
    scores.append(score)
    joblib.dump(clf, f"fold{fold}.pkl")
print("cv", sum(scores) / len(scores))
