import os

import pandas as pd
from dotenv import load_dotenv
from sklearn.ensemble import HistGradientBoostingClassifier

load_dotenv()
LEARNING_RATE = float(os.environ.get("LEARNING_RATE", "0.1"))
MAX_DEPTH = int(os.getenv("MAX_DEPTH", "6"))

df = pd.read_csv(os.environ["TRAIN_DATA"])
clf = HistGradientBoostingClassifier(learning_rate=LEARNING_RATE, max_depth=MAX_DEPTH, max_iter=20, random_state=0)
clf.fit(df.drop(columns="churned"), df["churned"])
print("train accuracy", clf.score(df.drop(columns="churned"), df["churned"]))
pd.to_pickle(clf, "clf.pkl")
