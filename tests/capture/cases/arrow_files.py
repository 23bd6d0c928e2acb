# {"reads": ["in.arrow", "parts/1.parquet", "parts/2.parquet"], "writes": ["out.arrow"], "needs": "pyarrow", "python": {"miss": ["in.arrow", "parts/1.parquet", "parts/2.parquet"]}}
# mypy: ignore-errors
import pyarrow as pa
import pyarrow.dataset as ds

with pa.memory_map("in.arrow") as file:
    table = pa.ipc.open_file(file).read_all()
rows = ds.dataset("parts", format="parquet").to_table().num_rows
with pa.OSFile("out.arrow", "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
    writer.write_table(table.slice(0, rows))
