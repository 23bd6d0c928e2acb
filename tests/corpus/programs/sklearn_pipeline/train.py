import pickle

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

data = pd.read_csv("data/passengers.csv")
numeric = ["age", "fare"]
categorical = ["sex", "deck"]

numeric_transformer = Pipeline(
    steps=[("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())]
)
preprocessor = ColumnTransformer(
    transformers=[
        ("num", numeric_transformer, numeric),
        ("cat", OneHotEncoder(handle_unknown="ignore"), categorical),
    ]
)
clf = Pipeline(
    steps=[("preprocessor", preprocessor), ("classifier", LogisticRegression(C=0.5, max_iter=500))]
)

X_train, X_test, y_train, y_test = train_test_split(
    data[numeric + categorical], data["survived"], test_size=0.25, random_state=0, stratify=data["survived"]
)
clf.fit(X_train, y_train)
print("model score: %.3f" % clf.score(X_test, y_test))
print("f1: %.4f" % f1_score(y_test, clf.predict(X_test)))
print("auc: %.4f" % roc_auc_score(y_test, clf.predict_proba(X_test)[:, 1]))

with open("classifier.pkl", "wb") as f:
    pickle.dump(clf, f)
