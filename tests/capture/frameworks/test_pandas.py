from typing import Any

import pytest

PROGRAM = """
import numpy as np
import pandas as pd

raw = pd.DataFrame({"id": range(60), "a": np.arange(60.0), "b": list("xyz") * 20, "t": [0, 1] * 30})
raw.to_csv("in.csv", index=False)
pd.DataFrame({"id": range(60), "z": np.arange(60.0)}).to_parquet("more.parquet")
df = pd.read_csv("in.csv", usecols=["id", "a", "t", "b"], nrows=50)
more = pd.read_parquet("more.parquet", columns=["id", "z"])

made = {
    "merge": df.merge(more, on="id"),
    "concat": pd.concat([df, more]),
    "mask": df[df.a > 3],
    "drop": df.drop(columns="a"),
    "arithmetic": (df["a"] * 2).fillna(0),
    "group": df.groupby("b").agg({"a": "mean"}),
    "transform": df.groupby("b")["a"].transform("mean"),
    "window": df["a"].rolling(3).mean(),
    "dummies": pd.get_dummies(df, columns=["b"]),
    "values": df[["a", "t"]].values,
    "asarray": np.asarray(df["a"]),
    "view": df["a"].to_numpy()[:10],
    "frame": pd.DataFrame({"q": df["a"].values}),
    "sample": df.sample(frac=0.5, random_state=4),
    "unknown": np.where(df["a"] > 3, 1, 0),
}
for name, each in made.items():
    np.save(f"{name}.npy", each, allow_pickle=True)
df["z"] = more["z"]
df.to_json("out.json")
made["merge"].to_pickle("out.pkl")
pd.read_pickle("out.pkl")
print(next(iter(pd.read_csv("in.csv", chunksize=10))).shape)
"""


@pytest.fixture
def found(watch: Any) -> Any:
    return watch(PROGRAM)


def test_tables_are_followed_from_file_to_file(found: Any) -> None:
    reads = {each["location"].rpartition("/")[2]: each for each in found.all("read")}
    assert reads["in.csv"]["by"] == "pandas.read_csv"
    first = next(each for each in found.all("read") if each["location"].endswith("in.csv"))
    assert (first["columns"], first["rows"]) == (["id", "a", "t", "b"], 50)
    assert reads["more.parquet"]["columns"] == ["id", "z"]
    looks = next(each for each in found.all("object") if each["n"] == first["n"])
    assert (looks["shape"], looks["schema"]["a"]) == ([50, 4], "float64")

    sources: dict[int, set[int]] = {}
    for each in found.all("derived"):
        sources.setdefault(each["n"], set()).update(each["of"])

    def roots(number: int) -> set[int]:
        return set().union(*(roots(each) for each in sources.get(number, ()))) or {number}

    tables = {first["n"]: "df", reads["more.parquet"]["n"]: "more"}
    ways = {
        each["location"].rpartition("/")[2].removesuffix(".npy"): {
            tables.get(number, "?") for number in roots(each["n"])
        }
        for each in found.all("write")
        if each["location"].endswith(".npy")
    }
    both = {"merge", "concat"}
    assert {name for name, way in ways.items() if way == {"df", "more"}} == both
    assert {name for name, way in ways.items() if way == {"?"}} == {"unknown"}
    assert {name for name, way in ways.items() if way == {"df"}} == set(ways) - both - {"unknown"}

    outputs = {each["location"].rpartition("/")[2]: each for each in found.all("write")}
    assert outputs["out.json"]["n"] != first["n"]
    assert {tables[each] for each in roots(outputs["out.json"]["n"])} == {"df", "more"}
    assert outputs["out.pkl"]["by"] == "DataFrame.to_pickle"
    assert reads["out.pkl"]["n"] not in tables
    (sample,) = [each for each in found.all("parameters") if each["owner"] == "DataFrame.sample"]
    assert sample["values"] == {"frac": 0.5, "random_state": 4}


def test_what_is_not_followed_costs_no_line(watch: Any) -> None:
    found = watch(
        "import pandas as pd\n"
        "df = pd.DataFrame({'a': [1, 2, 3]})\n"
        "for _ in range(50):\n"
        "    df = df[df.a > 0].assign(b=df.a * 2).reset_index(drop=True)\n"
        "print(df)\n"
    )
    assert [each.event for each in found.told if each.event in {"derived", "object"}] == []


def test_reading_from_memory_or_failing_to_read_is_as_before(watch: Any) -> None:
    found = watch(
        "import io, pandas as pd\n"
        "print(pd.read_csv(io.StringIO('a,b\\n1,2\\n')), pd.DataFrame({'a': [1]}).to_csv())\n"
        "try:\n"
        "    pd.read_csv('none.csv')\n"
        "except FileNotFoundError as error:\n"
        "    print(error)\n"
        "import warnings\n"
        "pd.read_csv('none.csv')\n"
    )
    assert found.status == 1
    assert found.all("read") == found.all("write") == found.all("gap") == []
