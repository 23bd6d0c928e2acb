import random
import struct
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import ipc

from naive_rows import taken
from whence.errors import TableError
from whence.rows.compare import compare
from whence.rows.fingerprint import TableFingerprint

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 2],
        "x": [0.5, None, 1e300],
        "name": ["a", None, "é"],
        "at": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
        "kind": pd.Categorical(["p", "q", "p"]),
        "ok": [True, False, True],
    }
)


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Path]:
    """One table, written by three libraries in every format that holds types."""
    names = ("pd.parquet", "pd.feather", "pl.parquet", "pl.arrow", "pa.arrows", "pl.arrows")
    paths = {name: tmp_path / name for name in names}
    FRAME.to_parquet(paths["pd.parquet"])
    FRAME.to_feather(paths["pd.feather"])
    frame = pl.from_pandas(FRAME)
    frame.write_parquet(paths["pl.parquet"])
    frame.write_ipc(paths["pl.arrow"])
    frame.write_ipc_stream(paths["pl.arrows"])
    table = pa.Table.from_pandas(FRAME)
    with ipc.new_stream(paths["pa.arrows"], table.schema) as sink:
        sink.write_table(table)
    return paths


def test_the_same_values_have_the_same_rows_in_every_typed_format(
    written: dict[str, Path],
) -> None:
    found = [taken(path, ["n", "name"]) for path in written.values()]
    assert {it.head.row_count for it in found} == {3}
    assert {compare(found[0], it).sentences() for it in found} == {("the same 3 rows",)}
    checks = {tuple(column.profile.check for column in it.head.columns) for it in found}
    assert len(checks) == 1


def types(found: TableFingerprint) -> dict[str, str]:
    return {column.name: column.type for column in found.columns}


def test_types_are_told_without_values(written: dict[str, Path]) -> None:
    found = types(taken(written["pd.feather"]).head)
    assert found["n"] == "BIGINT"
    assert found["x"] == "DOUBLE"
    assert found["kind"] == "VARCHAR"
    assert found["ok"] == "BOOLEAN"


def test_json_lines_of_pandas_and_polars_agree(tmp_path: Path) -> None:
    some, other = tmp_path / "a.jsonl", tmp_path / "b.ndjson"
    frame = FRAME[["n", "name", "ok"]]
    frame.to_json(some, orient="records", lines=True)
    pl.from_pandas(frame).write_ndjson(other)
    assert compare(taken(some), taken(other)).same


def test_nested_values_are_compared_as_text(tmp_path: Path) -> None:
    rows: list[Any] = [
        {"v": [1, 2], "s": {"x": 1}},
        {"v": [], "s": {"x": None}},
        {"v": None, "s": None},
    ]
    frame = pl.DataFrame(rows)
    path = tmp_path / "nested.parquet"
    frame.write_parquet(path)
    found = taken(path, ["v"])
    assert types(found.head) == {"v": "BIGINT[]", "s": "STRUCT(x BIGINT)"}
    other = tmp_path / "reversed.parquet"
    frame.reverse().write_parquet(other)
    assert compare(found, taken(other, ["v"])).same


def test_times_with_zones_are_compared_in_utc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"at": pd.to_datetime(["2024-07-01T12:00:00+02:00"])}).to_parquet(path)
    here = taken(path).head
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert taken(path).head == here


def test_a_table_of_no_rows_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    FRAME.head(0).to_parquet(path)
    found = taken(path).head
    assert found.row_count == 0
    assert len(found.columns) == 6


@pytest.mark.parametrize("name", ["pd.parquet", "pd.feather", "pa.arrows", "pl.parquet"])
def test_every_cut_is_refused_in_one_line(written: dict[str, Path], name: str) -> None:
    path = written[name]
    whole = path.read_bytes()
    # An Arrow stream without its end-of-stream mark is whole all the same: 8 bytes may go.
    for cut in sorted({0, 3, 8, 11, *range(12, len(whole) - 8, len(whole) // 12)}):
        path.write_bytes(whole[:cut])
        with pytest.raises(TableError) as caught:
            taken(path)
        assert "\n" not in caught.value.message
        assert str(path) in caught.value.message
        assert "whence-rows-" not in caught.value.message
        assert caught.value.hint


@pytest.mark.parametrize("name", ["pd.parquet", "pd.feather", "pa.arrows"])
def test_damage_is_never_more_than_a_table_error(written: dict[str, Path], name: str) -> None:
    path = written[name]
    whole = path.read_bytes()
    dice = random.Random(7)
    messages = []
    for _ in range(40):
        bad = bytearray(whole)
        for _ in range(4):
            bad[dice.randrange(len(bad))] ^= dice.randrange(1, 256)
        path.write_bytes(bad)
        try:
            taken(path)
        except TableError as error:
            messages.append(error.message)
    assert messages
    assert not [message for message in messages if "\n" in message]


def test_offsets_that_point_outside_never_reach_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "t.arrow"
    table = pa.table({"name": pa.array(["aa", "bb", "cc"], pa.string())})
    with ipc.new_file(path, table.schema) as sink:
        sink.write_table(table)
    sound = struct.pack("<4i", 0, 2, 4, 6)
    whole = path.read_bytes()
    assert whole.count(sound) == 1
    path.write_bytes(whole.replace(sound, struct.pack("<4i", 0, 2, 1 << 30, 6)))
    with pytest.raises(TableError, match="cannot be read as Arrow"):
        taken(path)


def test_arrow_without_pyarrow_says_what_to_install(
    written: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(TableError, match="pyarrow") as caught:
        taken(written["pd.feather"])
    assert "install pyarrow" in caught.value.hint
