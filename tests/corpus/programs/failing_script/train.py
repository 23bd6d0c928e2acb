import pandas as pd
from sklearn.linear_model import ElasticNet

df = pd.read_csv("houses.csv")
df.describe().to_csv("profile.csv")
model = ElasticNet(alpha=0.3, l1_ratio=0.2)
model.fit(df[["area", "rooms"]], df["prize"])
model.score(df[["area", "rooms"]], df["prize"])
