import fsspec
import pandas as pd

df = pd.read_csv("s3://lake/raw/orders.csv")
by_currency = df.groupby("currency")["quantity"].sum().reset_index()
by_currency.to_parquet("s3://lake/clean/by_currency.parquet")
with fsspec.open("s3://lake/raw/houses.csv", "rt") as f:
    header = f.readline()
with open("header.txt", "w") as out:
    out.write(header)
