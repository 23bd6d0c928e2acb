import joblib
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("churn.csv")
X, y = df.drop(columns="churned"), df["churned"]
train_idx, test_idx = next(StratifiedShuffleSplit(n_splits=1, test_size=0.3, random_state=15).split(X, y))
X_train, X_test, y_train, y_test = X.iloc[train_idx], X.iloc[test_idx], y.iloc[train_idx], y.iloc[test_idx]

stack = StackingClassifier(
    [("nb", GaussianNB()), ("tree", DecisionTreeClassifier(max_depth=3, random_state=16))],
    final_estimator=LogisticRegression(C=0.2),
    cv=4,
)
calibrated = CalibratedClassifierCV(stack, method="isotonic", cv=2)
calibrated.fit(X_train, y_train)
proba = calibrated.predict_proba(X_test)[:, 1]
print("ap %.6f" % average_precision_score(y_test, proba))
print("brier %.6f" % brier_score_loss(y_test, proba))
result = permutation_importance(calibrated, X_test, y_test, n_repeats=2, random_state=17)
pd.Series(result.importances_mean, index=X.columns).to_json("importance.json")
joblib.dump(calibrated, "stack.joblib")
