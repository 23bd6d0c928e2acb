import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

table = csv.read_csv("orders.csv")
ds.write_dataset(table.select(["order_id", "quantity", "currency"]), "lake/orders", format="parquet", partitioning=["currency"])

orders = ds.dataset("lake/orders", format="parquet", partitioning=["currency"])
usd = orders.to_table(columns=["order_id", "quantity"], filter=pc.field("currency") == "USD")
pq.write_table(usd, "usd.parquet", compression="zstd")
meta = pq.read_metadata("usd.parquet")
print(meta.num_rows)
