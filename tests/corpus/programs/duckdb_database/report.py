import duckdb

with duckdb.connect("warehouse.duckdb", read_only=True) as con:
    df = con.execute("SELECT customer, sum(amount) AS total FROM payments GROUP BY customer ORDER BY 1").df()

df.to_parquet("totals.parquet", index=False)
print(df.shape)
