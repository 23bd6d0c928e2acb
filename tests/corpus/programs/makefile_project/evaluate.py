import pickle

import pandas as pd
from sklearn.metrics import explained_variance_score

model = pickle.load(open("model.pkl", "rb"))
df = pd.read_csv("features.csv")
print("explained variance", explained_variance_score(df["price"], model.predict(df.drop(columns="price"))))
