# {"reads": ["in.csv", "in.parquet"], "writes": ["out.csv", "out.parquet"], "needs": "pandas", "python": {"miss": ["in.parquet"]}}
# mypy: ignore-errors
import pandas as pd

table = pd.concat([pd.read_csv("in.csv"), pd.read_parquet("in.parquet")])
table.to_csv("out.csv", index=False)
table.to_parquet("out.parquet")
