import json

import joblib
import pandas as pd
from sklearn.metrics import classification_report
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

iris = pd.read_csv("data/iris.csv")
X, y = iris.iloc[:, :4], iris["species"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=7)

pipe = make_pipeline(StandardScaler(), SVC())
param_grid = {"svc__C": [0.1, 1, 10], "svc__gamma": [0.01, 0.1]}
search = GridSearchCV(pipe, param_grid, cv=3, scoring="accuracy")
search.fit(X_train, y_train)

print("Best parameters:", search.best_params_)
print("Best CV score:", search.best_score_)
print("Test score:", search.score(X_test, y_test))
report = classification_report(y_test, search.predict(X_test), output_dict=True)

joblib.dump(search.best_estimator_, "best.joblib")
with open("search.json", "w") as f:
    json.dump({"best_params": search.best_params_, "best_score": search.best_score_}, f)
