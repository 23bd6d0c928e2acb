from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from naive_rows import written
from whence.rows import choosing
from whence.rows.choosing import Look
from whence.rows.engine import load_table
from whence.rows.opening import DEFAULT_LIMITS, open_table


@contextmanager
def look_at(folder: Path, text: str) -> Iterator[Look]:
    path = written(folder, text)
    with open_table(path, None, DEFAULT_LIMITS) as opened, load_table(opened) as table:
        yield Look(table)


def table(names: str, rows: int, *columns: str) -> str:
    """Rows of expressions over ``at``."""
    lines = (",".join(str(eval(each, {"at": at})) for each in columns) for at in range(rows))
    return "\n".join([names, *lines]) + "\n"


def keys(folder: Path, text: str) -> list[tuple[str, ...]]:
    with look_at(folder, text) as look:
        return list(look.find_keys())


def test_a_column_named_like_a_key_comes_first(tmp_path: Path) -> None:
    text = table("word,order_id,n", 30, "f'w{at}'", "at * 3", "at % 4")
    assert keys(tmp_path, text) == [("order_id",), ("word",)]


@pytest.mark.parametrize("other", ["at / 7", "at % 29", "at if at else ''"])
def test_measures_repeats_and_gaps_are_no_key(tmp_path: Path, other: str) -> None:
    assert keys(tmp_path, table("one,x", 30, "1", other)) == []


def test_the_fewest_columns_that_have_no_repeat_together(tmp_path: Path) -> None:
    text = table("year,day,shop,sold", 60, "2020", "at // 3", "'abc'[at % 3]", "at % 2")
    found = keys(tmp_path, text)
    assert found[0] == ("day", "shop")
    assert {len(key) for key in found} >= {2}
    assert all("year" not in key for key in found)


def test_no_rows_have_no_key(tmp_path: Path) -> None:
    assert keys(tmp_path, "id,x\n") == []


def test_segments_have_few_values(tmp_path: Path) -> None:
    text = table("id,month,name,one,x", 600, "at", "at % 12", "f'n{at // 2}'", "1", "at / 8")
    with look_at(tmp_path, text) as look:
        assert look.segments(("id",)) == ("month",)


def test_segments_fit_into_their_bits_fewest_values_first(tmp_path: Path) -> None:
    names = ",".join(["id", *(f"s{at}" for at in range(12))])
    text = table(names, 600, "at", *(f"at // {at + 1} % {4 + at * 4}" for at in range(12)))
    with look_at(tmp_path, text) as look:
        assert look.segments(("id",)) == ("s0", "s1", "s2", "s3", "s4", "s5")


def test_of_a_large_table_a_part_from_all_over_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "WHOLE", 1000)
    monkeypatch.setattr(choosing, "_LOOKED_AT", 160)
    text = table("id,late", 5000, "at", "at // 2500")
    with look_at(tmp_path, text) as look:
        assert (look.whole, look.rows) == (False, 160)
        assert look.columns[1].distinct == 2
        assert list(look.find_keys()) == [("id",)]
