import tempfile
from array import array
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.rows import compare as room
from whence.rows.compare import RowChange, TableChange, compare, compare_files, count_changes
from whence.rows.fingerprint import TableFingerprint, fingerprint


def taken(folder: Path, text: str, name: str = "t.csv") -> TableFingerprint:
    path = folder / name
    path.write_text(text)
    return fingerprint(path)


def said(folder: Path, before: str, after: str) -> tuple[str, ...]:
    return compare(taken(folder, before), taken(folder, after)).sentences()


def beside(folder: Path, before: str, after: str) -> TableChange:
    (folder / "before.csv").write_text(before)
    (folder / "after.csv").write_text(after)
    return compare_files(folder / "before.csv", folder / "after.csv")


@given(st.lists(st.integers(0, 12)), st.lists(st.integers(0, 12)), st.integers(1, 5))
def test_rows_are_counted_as_a_naive_count_does(
    some: list[int], others: list[int], block: int
) -> None:
    before, after = Counter(some), Counter(others)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_BLOCK", block)
        found = count_changes(array("Q", sorted(some)), array("Q", sorted(others)))
    assert found == RowChange(
        added=(after - before).total(),
        removed=(before - after).total(),
        unchanged=(before & after).total(),
    )


ROWS = st.lists(st.sampled_from(["1,a", "1,b", "2,a", "2,b", ",a"]), max_size=8)


@given(ROWS, ROWS)
@settings(max_examples=25, deadline=None)
def test_tables_are_compared_as_a_naive_count_does(some: list[str], others: list[str]) -> None:
    before, after = Counter(some), Counter(others)
    with tempfile.TemporaryDirectory() as folder:
        change = beside(
            Path(folder), "\n".join(["n,x", *some]) + "\n", "\n".join(["n,x", *others]) + "\n"
        )
    assert change.rows == RowChange(
        added=(after - before).total(),
        removed=(before - after).total(),
        unchanged=(before & after).total(),
    )
    assert change.same is (before == after)


def test_the_same_table_is_the_same(tmp_path: Path) -> None:
    found = taken(tmp_path, "a,b\n1,2\n3,4\n")
    assert compare(found, found).same
    assert compare(found, found).sentences() == ("the same 2 rows",)


def test_rows_added_and_removed(tmp_path: Path) -> None:
    before = "a,b\n" + "".join(f"{at},x\n" for at in range(2000))
    after = "a,b\n" + "".join(f"{at},x\n" for at in range(1, 3001))
    assert said(tmp_path, before, after) == ("1,001 rows added, 1 removed, 1,999 unchanged",)


def test_a_changed_value_names_its_column(tmp_path: Path) -> None:
    assert said(tmp_path, "a,b\n1,x\n2,y\n", "a,b\n1,x\n2,z\n") == (
        "1 row added, 1 removed, 1 unchanged",
        "values changed in column `b`",
    )


def test_values_that_moved_between_rows(tmp_path: Path) -> None:
    assert said(tmp_path, "a,b\n1,x\n2,y\n", "a,b\n1,y\n2,x\n") == (
        "2 rows added, 2 removed, 0 unchanged",
        "every column holds the same values as before, arranged in other rows",
    )


def test_columns_in_another_order_are_the_same_rows(tmp_path: Path) -> None:
    before, after = taken(tmp_path, "a,b\n1,x\n"), taken(tmp_path, "b,a\nx,1\n")
    change = compare(before, after)
    assert not change.same
    assert change.sentences() == ("the same 1 row", "the columns stand in another order")


def test_a_fingerprint_alone_cannot_compare_rows_of_other_columns(tmp_path: Path) -> None:
    assert said(tmp_path, "a,b\n1,x\n2,y\n", "a,b,wind\n1,x,5\n2,y,6\n3,z,7\n") == (
        f"2 rows before, 3 after; which of them changed is not known: {room.COLUMNS_DIFFER}",
        "column `wind` added",
    )


def test_files_are_compared_on_the_columns_that_both_have(tmp_path: Path) -> None:
    change = beside(tmp_path, "b,a,old\nx,1,q\ny,2,r\n", "a,b,wind\n1,x,5\n3,z,7\n")
    assert change.compared_on == ("a", "b")
    assert change.sentences() == (
        "1 row added, 1 removed, 1 unchanged, compared on the 2 columns that both have",
        "column `wind` added",
        "column `old` removed",
        "the columns stand in another order",
        "values changed in column `b`",
        "values changed in column `a`",
    )


def test_a_renamed_column_is_seen_by_its_values(tmp_path: Path) -> None:
    change = beside(tmp_path, "a,b\n1,x\n2,y\n", "a,c\n1,x\n2,y\n")
    assert change.renamed == (("b", "c"),)
    assert change.compared_on is None
    assert change.sentences() == ("the same 2 rows", "column `b` renamed to `c`")
    assert not change.same


def test_two_columns_that_could_be_meant_are_not_called_renamed(tmp_path: Path) -> None:
    change = beside(tmp_path, "a,b,c\n1,x,x\n", "a,d\n1,x\n")
    assert change.renamed == ()
    assert [it.name for it in change.removed] == ["b", "c"]


def test_tables_of_no_rows_have_no_renamed_columns(tmp_path: Path) -> None:
    assert beside(tmp_path, "a\n", "b\n").renamed == ()


def test_a_table_of_nothing_beside_one_of_something(tmp_path: Path) -> None:
    assert beside(tmp_path, "", "").same
    assert beside(tmp_path, "", "a\nx\n").not_compared == room.NO_COMMON_COLUMN


def test_files_of_other_families_are_not_compared(tmp_path: Path) -> None:
    before, after = tmp_path / "t.csv", tmp_path / "t.jsonl"
    before.write_text("a\n1\n")
    after.write_text('{"a":1}\n')
    change = compare_files(before, after)
    assert (change.rows, change.not_compared) == (None, room.FAMILIES_DIFFER)
    assert change == compare(fingerprint(before), fingerprint(after))


def test_no_common_column(tmp_path: Path) -> None:
    change = beside(tmp_path, "a\nx\n", "b\ny\n")
    assert change.rows is None
    assert "no column in common" in change.sentences()[0]


def test_types_that_changed(tmp_path: Path) -> None:
    before = taken(tmp_path, '{"a":1}\n{"a":2}\n', "t.jsonl")
    after = taken(tmp_path, '{"a":1}\n{"a":"2"}\n', "t.jsonl")
    assert compare(before, after).sentences() == (
        "1 row added, 1 removed, 1 unchanged",
        "column `a` changed its type from integer to integer|string",
    )
    assert compare(before, after).values_changed == ()


def test_other_families_are_not_compared(tmp_path: Path) -> None:
    before = taken(tmp_path, "a,b\n1,x\n")
    after = taken(tmp_path, '{"a":1,"b":"x"}\n', "t.jsonl")
    change = compare(before, after)
    assert change.rows is None
    assert not change.same
    assert change.sentences() == (
        f"1 row before, 1 after; which of them changed is not known: {room.FAMILIES_DIFFER}",
    )


def test_what_was_mended_is_said(tmp_path: Path) -> None:
    sentences = said(tmp_path, "a,b\n1,2\n3\n4,5\n", "a,b\n1,2\n")
    assert sentences[-1].startswith("the older version: fewer values")


def test_names_are_safe_to_print_and_long_lists_end(tmp_path: Path) -> None:
    names = ",".join(f"c{at}" for at in range(30))
    (sentence, first, *rest) = said(tmp_path, "a\n", f'a,"\x1b[31m\nx",{names}\n')
    assert "not known" in sentence
    assert first == "column `\\x1b[31m\\nx` added"
    assert len(rest) == 20
    assert rest[-1] == "… and 11 more columns added"
