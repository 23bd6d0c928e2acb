from typing import Any

PROGRAM = """
import duckdb, pandas as pd

pd.DataFrame({"id": range(50), "z": range(50)}).to_parquet("one.parquet")
pd.DataFrame({"id": range(50), "q": range(50)}).to_csv("two.csv", index=False)
result = pd.read_csv("two.csv")
con = duckdb.connect()

def inside():
    args = result.head(10)
    return duckdb.sql("select * from args join 'one.parquet' using (id)").df()

con.execute("create table kept as select * from read_parquet(['one.parquet'])")
con.register("shown", result)
made = {
    "sql": duckdb.sql("select * from 'one.parquet' where z > 3").filter("z > 4").df(),
    "frames": duckdb.sql("select * from result").df(),
    "inside": inside(),
    "execute": con.execute("select id from read_csv('two.csv') where id > ?", [3]).fetchdf(),
    "table": con.sql("select count(*) as n from kept").df(),
    "registered": con.execute("select * from shown, kept where shown.id = kept.id").df(),
    "glob": con.read_parquet("on*.parquet").df(),
}
for name, each in made.items():
    each.to_csv(f"{name}.out")
con.execute("copy (select * from kept) to 'copied.out' (format parquet)")
con.read_csv("two.csv").write_parquet("written.out")
try:
    con.execute("select * from nothing_here")
except duckdb.CatalogException:
    print("no such table")
file = duckdb.connect("my.duckdb")
file.execute("create table u as select * from 'one.parquet'")
file.close()
print(len(made["inside"]))
"""


def test_statements_tell_which_files_and_frames_they_read(watch: Any) -> None:
    found = watch(PROGRAM, compare=False)
    assert (found.status, found.stdout, found.stderr) == (0, "no such table\n10\n", "")
    assert found.all("gap") == []
    sources = {each["n"]: each["of"] for each in found.all("derived")}
    read: dict[int, set[str]] = {}
    for each in found.all("read"):
        read.setdefault(each["n"], set()).add(each["location"].rpartition("/")[2])

    def roots(number: int) -> set[str]:
        above = [roots(each) for each in sources.get(number, ())]
        return read.get(number, set()).union(*above)

    ways = {
        each["location"].rpartition("/")[2].removesuffix(".out"): roots(each["n"])
        for each in found.all("write")
        if each["location"].endswith(".out")
    }
    one, two = {"one.parquet"}, {"two.csv"}
    assert ways == {
        "sql": one,
        "frames": two,
        "inside": one | two,
        "execute": two,
        "table": one,
        "registered": one | two,
        "glob": one,
        "copied": one,
        "written": two,
    }
    (query,) = found.all("query")
    assert query["database"].endswith("/my.duckdb")


def test_what_is_not_there_is_as_before(watch: Any) -> None:
    found = watch(
        "import duckdb\nprint(duckdb.sql('select 1 as a').fetchall())\nduckdb.sql('oh')\n"
    )
    assert found.status == 1
    assert "ParserException" in found.stderr
