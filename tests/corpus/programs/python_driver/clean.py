import pandas as pd

df = pd.read_csv("houses.csv")
df = df[df["area"].between(40, 180)]
df.to_feather("clean.feather")
