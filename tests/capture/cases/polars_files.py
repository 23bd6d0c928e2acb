# {"reads": ["in.csv", "in.parquet"], "writes": ["out.parquet", "out.csv"], "needs": "polars", "python": {"miss": ["in.csv", "in.parquet"]}}
# mypy: ignore-errors
import polars as pl

pl.read_csv("in.csv").write_csv("out.csv")
pl.scan_parquet("in.parquet").collect().write_parquet("out.parquet")
