# {"reads": ["in.csv", "in.parquet"], "writes": ["out.parquet"], "needs": "duckdb", "python": {"miss": ["in.csv", "in.parquet"]}}
# mypy: ignore-errors
import duckdb

base = duckdb.connect(":memory:")
base.execute("create table t as select * from 'in.csv' union all select * from 'in.parquet'")
base.execute("copy t to 'out.parquet' (format parquet)")
