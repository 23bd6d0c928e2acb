import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive_rows import count_keyed, count_whole, taken, written
from whence.errors import TableError
from whence.rows import compare as room
from whence.rows.change import RowChange, TableChange
from whence.rows.compare import compare, compare_files


def said(folder: Path, before: str, after: str) -> tuple[str, ...]:
    return compare(
        taken(written(folder, before, "before.csv")), taken(written(folder, after, "after.csv"))
    ).sentences()


def beside(
    folder: Path, before: str, after: str, key: Sequence[str] = (), end: str = "csv"
) -> TableChange:
    return compare_files(
        written(folder, before, f"before.{end}"), written(folder, after, f"after.{end}"), key=key
    )


CELL = st.sampled_from(["", "1", "2", "a", "b"])
ROW = st.tuples(CELL, CELL)


def as_csv(rows: Sequence[tuple[str, ...]], names: str = "n,x") -> str:
    return "\n".join([names, *(",".join(f'"{cell}"' for cell in row) for row in rows)]) + "\n"


@given(st.lists(ROW, max_size=9), st.lists(ROW, max_size=9))
@settings(max_examples=12, deadline=None)
def test_rows_are_paired_by_a_key_as_by_hand(
    some: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        change = beside(Path(folder), as_csv(some), as_csv(others), key=["n"])
    assert change.rows == count_keyed(some, others)
    assert change.key == ("n",)
    assert not change.key_found


@given(st.lists(ROW, max_size=9), st.lists(ROW, max_size=9))
@settings(max_examples=12, deadline=None)
def test_rows_are_compared_whole_or_by_a_found_key_as_by_hand(
    some: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        change = beside(Path(folder), as_csv(some), as_csv(others))
    place = {"n": 0, "x": 1}
    parted = [
        [(tuple(row[place[name]] for name in change.key), row) for row in rows]
        for rows in (some, others)
    ]
    expected = count_keyed(*parted) if change.key else count_whole(some, others)
    assert change.rows == expected
    assert change.same is (sorted(some) == sorted(others))


TYPED = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(-3, 3)),
        st.one_of(st.none(), st.sampled_from([0.5, 1.0, -2.0, 1e300])),
        st.one_of(st.none(), st.sampled_from(["é", "a,b", 'say "x"', "007x", "NA "])),
    ),
    min_size=1,
    max_size=8,
)


@given(TYPED, TYPED)
@settings(max_examples=10, deadline=None)
def test_csv_and_parquet_of_equal_content_are_the_same_rows(
    some: list[tuple[object, ...]], others: list[tuple[object, ...]]
) -> None:
    types = {"n": "Int64", "x": "Float64", "s": "string"}
    frames = [pd.DataFrame(rows, columns=list(types)).astype(types) for rows in (some, others)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for at, frame in enumerate(frames):
            frame.to_csv(folder / f"{at}.csv", index=False)
            frame.to_parquet(folder / f"{at}.parquet", index=False)
        assert compare_files(folder / "0.csv", folder / "0.parquet").same
        across = compare_files(folder / "0.csv", folder / "1.parquet", key=["n"])
        alike = compare_files(folder / "0.parquet", folder / "1.parquet", key=["n"])
    assert across.rows == alike.rows
    expected = [[(row[0], row) for row in rows] for rows in (some, others)]
    assert alike.rows == count_keyed(*expected)


def test_the_same_table_is_the_same(tmp_path: Path) -> None:
    found = taken(written(tmp_path, "a,b\n1,2\n3,4\n"))
    assert compare(found, found).same
    assert compare(found, found).sentences() == ("the same 2 rows",)


def test_rows_added_and_removed(tmp_path: Path) -> None:
    before = "a,b\n" + "".join(f"{at},x\n" for at in range(2000))
    after = "a,b\n" + "".join(f"{at},x\n" for at in range(1, 3001))
    assert said(tmp_path, before, after) == (
        "1,001 rows added, 1 removed, 0 changed, 1,999 unchanged, by key `a` (found)",
    )


def test_a_changed_value_names_its_column(tmp_path: Path) -> None:
    assert said(tmp_path, "a,b,c\n1,x,5\n2,y,5\n", "a,b,c\n1,x,5\n2,z,5\n") == (
        "0 rows added, 0 removed, 1 changed, 1 unchanged, by key `a` (found)",
        "changed rows differ in `b` in all",
    )


def test_without_a_key_a_changed_row_is_one_removed_and_one_added(tmp_path: Path) -> None:
    assert said(tmp_path, "a,b\n1,x\n1,x\n2,y\n2,y\n", "a,b\n1,x\n1,x\n2,y\n2,z\n") == (
        "1 row added, 1 removed, 3 unchanged",
        "values changed in column `b`",
    )


def test_values_that_moved_between_rows_without_a_key(tmp_path: Path) -> None:
    before = "a,b\n1,x\n1,x\n2,y\n2,y\n2,y\n"
    assert said(tmp_path, before, "a,b\n1,x\n1,y\n2,x\n2,y\n2,y\n") == (
        "2 rows added, 2 removed, 3 unchanged",
        "every column holds the same values as before, arranged in other rows",
    )


def test_a_table_that_grew_by_half_keeps_its_rows(tmp_path: Path) -> None:
    """Small tables have more bits for a cell than larger ones: rows are the same all the same."""
    rest = ",1,2,3,4,5,6,7,8\n"
    before = "a,b,c,d,e,f,g,h,i\n" + "".join(f"{at}{rest}" for at in range(20_000))
    after = before + "".join(f"{at}{rest}" for at in range(20_000, 50_000))
    old, new = (
        taken(written(tmp_path, text, name)) for text, name in ((before, "1.csv"), (after, "2.csv"))
    )
    assert old.head.marks != new.head.marks
    assert compare(old, new).rows == RowChange(added=30_000, removed=0, unchanged=20_000)


def test_columns_in_another_order_are_the_same_rows(tmp_path: Path) -> None:
    assert beside(tmp_path, "a,b\n1,x\n", "b,a\nx,1\n").sentences() == (
        "the same 1 row",
        "the columns stand in another order",
    )


def test_by_a_key_fingerprints_alone_tell_rows_of_other_columns(tmp_path: Path) -> None:
    before = "id,b\n" + "".join(f"{at},x{at % 50}\n" for at in range(1000))
    after = "id,b,wind\n" + "".join(
        f"{at},x{(at + (at < 100)) % 50},{at % 3}\n" for at in range(5, 1010)
    )
    old, new = taken(written(tmp_path, before)), taken(written(tmp_path, after, "after.csv"))
    change = compare(old, new)
    assert change.rows == RowChange(added=10, removed=5, changed=95, unchanged=900)
    assert change.compared_on == ("b", "id")
    assert change.at_least
    assert change.sentences()[:2] == (
        (
            "10 rows added, 5 removed, at least 95 changed, 900 unchanged, by key `id` (found), "
            "compared on the 2 columns that both have"
        ),
        "changed rows differ in `b` in all",
    )


def test_without_a_key_fingerprints_alone_cannot(tmp_path: Path) -> None:
    before, after = "a,b\n1,x\n1,x\n", "a,b,wind\n1,x,5\n1,x,5\n3,z,7\n"
    assert said(tmp_path, before, after) == (
        f"2 rows before, 3 after; which of them changed is not known: {room.COLUMNS_DIFFER}",
        "column `wind` added",
    )


def test_fingerprints_of_other_keys_or_secrets_are_not_compared(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,x\n2,y\n")
    found, keyed = taken(path), taken(written(tmp_path, path.read_text(), "2.csv"), ["b"])
    assert compare(found, keyed).not_compared == room.KEYS_DIFFER
    other = taken(written(tmp_path, path.read_text(), "3.csv"), secret=b"x" * 32)
    assert compare(found, other).not_compared == room.ALGORITHMS_DIFFER


def test_files_are_compared_on_the_columns_that_both_have(tmp_path: Path) -> None:
    change = beside(
        tmp_path, "b,a,old\nx,1,q\ny,2,r\nv,3,s\n", "a,b,wind\n1,x,5\n3,z,7\n4,u,1\n", ["a"]
    )
    assert change.compared_on == ("a", "b")
    assert change.sentences()[:4] == (
        (
            "1 row added, 1 removed, 1 changed, 1 unchanged, by key `a`, "
            "compared on the 2 columns that both have"
        ),
        "changed rows differ in `b` in all",
        "column `wind` added",
        "column `old` removed",
    )


def test_a_renamed_column_is_seen_by_its_values(tmp_path: Path) -> None:
    change = beside(tmp_path, "a,b\n1,x\n2,y\n", "a,c\n1,x\n2,y\n")
    assert change.renamed == (("b", "c"),)
    assert change.compared_on is None
    assert change.sentences() == ("the same 2 rows", "column `b` renamed to `c`")
    assert not change.same


def test_a_renamed_key_still_pairs_rows(tmp_path: Path) -> None:
    change = beside(tmp_path, "id,b\n1,x\n2,y\n", "no,b\n1,x\n2,z\n")
    assert change.renamed == (("id", "no"),)
    assert change.rows == RowChange(added=0, removed=0, changed=1, unchanged=1)


def test_two_columns_that_could_be_meant_are_not_called_renamed(tmp_path: Path) -> None:
    change = beside(tmp_path, "a,b,c\n1,x,x\n", "a,d\n1,x\n")
    assert change.renamed == ()
    assert [it.name for it in change.removed] == ["b", "c"]


def test_tables_of_no_rows_have_no_renamed_columns(tmp_path: Path) -> None:
    assert beside(tmp_path, "a\n", "b\n").renamed == ()


def test_a_table_of_nothing_beside_one_of_something(tmp_path: Path) -> None:
    assert beside(tmp_path, "", "").same
    assert beside(tmp_path, "", "a\nx\n").not_compared == room.NO_COMMON_COLUMN


def test_a_key_that_is_no_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no column `nope`") as caught:
        beside(tmp_path, "a,b\n1,x\n", "a,b\n1,x\n", key=["nope"])
    assert caught.value.hint == "it has a, b"


def test_a_column_of_another_type_holds_the_same_values(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": range(50), "n": [at % 5 for at in range(50)]})
    frame.to_parquet(tmp_path / "1.parquet")
    frame.astype({"n": "float64"}).to_parquet(tmp_path / "2.parquet")
    change = compare_files(tmp_path / "1.parquet", tmp_path / "2.parquet")
    assert change.retyped == (("n", "BIGINT", "DOUBLE"),)
    assert change.sentences() == (
        "the same 50 rows",
        "column `n` changed its type from BIGINT to DOUBLE",
    )


def test_what_was_mended_is_said(tmp_path: Path) -> None:
    sentences = said(tmp_path, "a,b\n1,2\n3\n4,5\n", "a,b\n1,2\n")
    assert sentences[-1].startswith("the older version: fewer values")


def test_damaged_prints_are_a_table_error(tmp_path: Path) -> None:
    found = taken(written(tmp_path, "a,b\n1,2\n3,4\n"))
    found.prints.write_bytes(found.prints.read_bytes()[:-9])
    with pytest.raises(TableError, match="damaged"):
        compare(found, found)
