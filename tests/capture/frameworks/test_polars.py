from typing import Any

PROGRAM = """
import numpy as np
import polars as pl
import pyarrow as pa, pyarrow.csv as pc, pyarrow.dataset as ds, pyarrow.parquet as pq

columns = {"id": range(50), "a": np.arange(50.0), "b": list("xy") * 25}
pl.DataFrame(columns).write_csv("in.csv")
pl.DataFrame({"id": range(50), "z": np.arange(50.0)}).write_parquet("more.parquet")
df = pl.read_csv("in.csv", columns=["id", "a", "b"])
lazy = pl.scan_parquet("more.parquet")

made = {
    "filter": df.filter(pl.col("a") > 3).with_columns(q=pl.col("a") * 2),
    "group": df.group_by("b").agg(pl.col("a").mean()),
    "item": df["a"].to_frame(),
    "pivot": df.pivot("b", index="id", values="a"),
    "concat": pl.concat([df, df]),
    "pandas": pl.from_pandas(df.to_pandas()),
    "arrow": pl.from_arrow(df.to_arrow()),
    "numpy": pl.DataFrame({"n": df.select("a").to_numpy()[:, 0]}),
    "sql": df.sql("select a from self"),
    "join": df.lazy().join(lazy, on="id").collect(),
    "scan": lazy.filter(pl.col("z") > 1).collect(),
}
for name, each in made.items():
    each.write_parquet(f"{name}.out")
lazy.with_columns(w=1).sink_parquet("sunk.parquet")

table = pq.read_table("more.parquet", columns=["id", "z"])
pq.write_table(table.select(["id"]), "columns.parquet")
pq.write_table(pa.Table.from_pandas(table.to_pandas()), "there_and_back.parquet")
pc.write_csv(pc.read_csv("in.csv"), "copy.csv")
ds.dataset("more.parquet")
with pq.ParquetWriter("piece.parquet", table.schema) as writer:
    writer.write_table(pq.ParquetFile("more.parquet").read())
print(len(made), table.shape)
"""


OF_ONE = "filter group item pivot concat pandas arrow numpy sql"


def test_frames_and_tables_are_followed_from_file_to_file(watch: Any) -> None:
    found = watch(PROGRAM)
    assert found.all("gap") == []
    sources = {each["n"]: each["of"] for each in found.all("derived")}
    read: dict[int, str] = {
        each["n"]: each["location"].rpartition("/")[2] for each in found.all("read")
    }

    def roots(number: int) -> set[str]:
        if number in read:
            return {read[number]}
        return set().union(*(roots(each) for each in sources.get(number, ())))

    ways = {
        each["location"].rpartition("/")[2]: roots(each["n"])
        for each in found.all("write")
        if each["n"] in sources or each["n"] in read
    }
    both = {"in.csv", "more.parquet"}
    assert ways == {
        **{f"{name}.out": {"in.csv"} for name in OF_ONE.split()},
        "join.out": both,
        "scan.out": {"more.parquet"},
        "sunk.parquet": {"more.parquet"},
        "columns.parquet": {"more.parquet"},
        "there_and_back.parquet": {"more.parquet"},
        "copy.csv": {"in.csv"},
        "piece.parquet": {"more.parquet"},
    }
    told = {(each["by"], tuple(each.get("columns") or ())) for each in found.all("read")}
    assert ("polars.read_csv", ("id", "a", "b")) in told
    assert ("polars.scan_parquet", ()) in told
    assert ("pyarrow.parquet.read_table", ("id", "z")) in told
    assert ("pyarrow.dataset.dataset", ()) in told
