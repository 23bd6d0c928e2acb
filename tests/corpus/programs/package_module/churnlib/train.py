import sys

import joblib
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import cohen_kappa_score

from .config import load


def main(path):
    cfg = load(path)
    df = pd.read_csv(cfg.table)
    cut = int(len(df) * (1 - cfg.holdout))
    train, test = df.iloc[:cut], df.iloc[cut:]
    model = KNeighborsClassifier(n_neighbors=cfg.k, metric=cfg.metric)
    model.fit(train.drop(columns="churned"), train["churned"])
    kappa = cohen_kappa_score(test["churned"], model.predict(test.drop(columns="churned")))
    print("kappa:", kappa)
    joblib.dump({"model": model, "config": cfg}, "knn.joblib")


if __name__ == "__main__":
    main(sys.argv[1])
