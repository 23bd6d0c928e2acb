from pathlib import Path

import polars as pl

out = Path("out")
out.mkdir(exist_ok=True)

orders = pl.scan_csv("orders.csv", try_parse_dates=True)
products = pl.read_ndjson("products.jsonl")

totals = (
    orders.filter(pl.col("quantity") > 1)
    .join(products.lazy(), on="product_id")
    .with_columns((pl.col("quantity") * pl.col("price")).alias("amount"))
    .group_by("category")
    .agg(pl.col("amount").sum(), pl.len().alias("orders"))
    .sort("category")
)
df = totals.collect()
print(df)
df.write_parquet(out / "totals.parquet")
orders.select("order_id", "quantity").sink_csv(out / "slim.csv")
