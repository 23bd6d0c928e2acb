import json

import pandas as pd
from scipy.stats import loguniform, randint
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import RandomizedSearchCV, train_test_split

df = pd.read_csv("churn.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="churned"), df.churned, test_size=100, random_state=0)
search = RandomizedSearchCV(
    RandomForestClassifier(random_state=17),
    {"n_estimators": randint(5, 25), "max_depth": [2, 4, None], "ccp_alpha": loguniform(1e-4, 1e-1)},
    n_iter=4,
    cv=3,
    n_jobs=2,
    random_state=18,
)
search.fit(X_train, y_train)
test = balanced_accuracy_score(y_test, search.predict(X_test))
print(f"best {search.best_score_:.6f} test {test:.6f}")
print("trees", search.best_params_["n_estimators"])
pd.DataFrame(search.cv_results_).to_csv("trials.csv")
json.dump({k: v for k, v in search.best_params_.items()}, open("best.json", "w"), default=str)
