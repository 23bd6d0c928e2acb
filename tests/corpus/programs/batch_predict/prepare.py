import pickle

import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("monday.csv")
with open("churn-model.pkl", "wb") as f:
    pickle.dump(LogisticRegression(max_iter=500).fit(df.drop(columns="churned"), df["churned"]), f)
