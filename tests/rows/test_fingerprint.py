import contextlib
import csv
import gzip
import hashlib
import io
import json
import re
import tempfile
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import TableError
from whence.rows.fingerprint import Column, TableFingerprint, fingerprint
from whence.rows.format import TableFormat, TableKind
from whence.rows.opening import Limits

CELLS = st.text(
    st.one_of(
        st.sampled_from(['"', ",", "\n", "\r", "\x1f", "\x1e", ";", " ", "é", "a", "1"]),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=4,
)
Rows = list[list[str]]


WIDTHS = st.integers(1, 3)


def tables(widths: st.SearchStrategy[int] = WIDTHS) -> st.SearchStrategy[Rows]:
    return widths.flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6)
    )


def write_csv(rows: Rows, width: int) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # CR LF: with LF, Python before 3.13 leaves a CR unquoted
    writer.writerow([f"name{at}" for at in range(width)])
    writer.writerows(rows)
    return text.getvalue().encode()


def taken(data: bytes, name: str = "t.csv", limits: Limits | None = None) -> TableFingerprint:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return fingerprint(path, limits=limits or Limits())


def hash_text(text: str) -> int:
    return int.from_bytes(hashlib.md5(text.encode()).digest()[8:], "little")


def spell(cell: str | None) -> str:
    if cell is None:
        return "\x1e"
    if "\x1f" in cell or "\x1e" in cell:
        return "\x1e" + cell.encode().hex().upper()
    return cell


def naive(rows: Sequence[Sequence[str | None]], width: int) -> tuple[list[int], list[int]]:
    """Rows and columns as the docstring of the room defines their hashes, names in order."""
    by_row = sorted(hash_text("\x1f".join(spell(cell) for cell in row)) for row in rows)
    by_column = [sum(hash_text(spell(row[at])) for row in rows) % 2**64 for at in range(width)]
    return by_row, by_column


def hashes(found: TableFingerprint) -> tuple[list[int], list[int]]:
    return list(found.rows), [column.hash for column in found.columns]


@given(tables())
@settings(max_examples=60, deadline=None)
def test_csv_is_hashed_as_defined(rows: Rows) -> None:
    width = len(rows[0]) if rows else 2
    found = taken(write_csv(rows, width))
    assert hashes(found) == naive(rows, width)
    assert found.row_count == len(rows)


@given(st.integers(1, 3).flatmap(lambda width: st.tuples(*[tables(st.just(width))] * 2)))
@settings(max_examples=40, deadline=None)
def test_fingerprints_are_equal_if_and_only_if_the_rows_are(pair: tuple[Rows, Rows]) -> None:
    some, others = pair
    width = len((some + others or [["", ""]])[0])
    same = sorted(some) == sorted(others)
    assert (taken(write_csv(some, width)) == taken(write_csv(others, width))) is same
    shuffled = some[::-1]
    assert taken(write_csv(some, width)) == taken(write_csv(shuffled, width))


@given(tables())
@settings(max_examples=40, deadline=None)
def test_the_patient_reading_sees_what_the_fast_one_sees(rows: Rows) -> None:
    data = write_csv(rows, len(rows[0]) if rows else 2)
    assert taken(b"\n" + data) == taken(data)


def test_a_golden_fingerprint_never_changes() -> None:
    found = taken("id,name\n1,Zoë\n2,\n2,\n".encode())
    assert hashes(found) == naive([["1", "Zoë"], ["2", ""], ["2", ""]], 2)
    assert list(found.rows) == [0x0FFA3DFD2D09F3A1, 0x0FFA3DFD2D09F3A1, 0x15E7F1937BD7DE96]
    assert found.columns == (
        Column("id", "text", 0xF4909F08AD4ED8EB),
        Column("name", "text", 0x1146F958BE1C3ED4),
    )


@pytest.mark.parametrize(
    ("some", "other"),
    [
        (b"a,b\n1,2\n", b"a,b\r\n1,2\r\n"),
        (b"a,b\n1,2\n", b"\xef\xbb\xbfa,b\n1,2"),
        (b"a,b\n1,2\n", b'"a","b"\n"1","2"\n'),
        (b"a,b\n1,2\n", b"a;b\n1;2\n"),
        (b"a,b\n1,2\n", b"\n\na,b\n\n1,2\n\n"),
        (b"a,b\n1,\xc3\xa9\n", "a,b\n1,é\n".encode("utf-16")),
        (b"a,b\n1,2\n3,4\n", b"a,b\r1,2\r3,4\r"),
        (b"a,b\n1,\n", b'a,b\n1,""\n'),
    ],
)
def test_how_a_csv_is_written_does_not_matter(some: bytes, other: bytes) -> None:
    assert taken(some) == taken(other)


def test_a_csv_packed_is_that_csv() -> None:
    data = b"a,b\n1,2\n3,4\n"
    assert taken(gzip.compress(data), "t.csv.gz") == taken(data)


def test_the_order_of_columns_does_not_matter_to_rows() -> None:
    some, other = taken(b"a,b\n1,x\n2,y\n"), taken(b"b,a\nx,1\ny,2\n")
    assert some.rows == other.rows
    assert some.columns == other.columns[::-1]


def test_neither_separators_nor_emptiness_join_what_is_apart() -> None:
    tables = [b"a,b\nx,\x1fy\n", b"a,b\nx\x1f,y\n", b"a,b\nx,1E1F79\n", b"a,b\n,x\n", b"a,b\nx,\n"]
    assert len({tuple(taken(data).rows) for data in tables}) == len(tables)


def test_tsv_needs_no_guessing() -> None:
    found = taken(b"a,x\tb\n1,5\t2\n", "t.tsv")
    assert [column.name for column in found.columns] == ["a,x", "b"]


def test_one_column_keeps_its_empty_cells_and_drops_blank_lines() -> None:
    assert taken(b'a\n1\n\n""\n2\n\n').row_count == 3


def test_a_file_of_nothing_is_a_table_of_nothing() -> None:
    assert taken(b"") == TableFingerprint(TableKind.CSV, (), array("Q"))
    assert taken(b"", "t.jsonl") == TableFingerprint(TableKind.JSON_LINES, (), array("Q"))


def test_what_was_mended_is_noted() -> None:
    found = taken(b"a,b\n1\n2,\xff\n")
    assert found.row_count == 2
    assert len(found.notes) == 2


def test_many_rows_with_quoted_line_ends_are_all_there() -> None:
    rows = [[str(at), "x\ny" * (at % 50), f"{at}\r\n,"] for at in range(120_000)]
    found = taken(write_csv(rows, 3))
    assert hashes(found) == naive(rows, 3)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "A", "a/b", "m~n", "", "é'\"", "0"]),
            st.one_of(
                st.none(), st.booleans(), st.integers(-5, 5), CELLS, st.just([1, {"x": None}])
            ),
        ),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_json_lines_are_hashed_as_defined(rows: list[dict[str, object]]) -> None:
    names = sorted({key for row in rows for key in row})
    found = taken("".join(json.dumps(row) + "\n" for row in rows).encode(), "t.jsonl")
    cells = [[spell_json(row.get(name)) for name in names] for row in rows]
    assert [column.name for column in found.columns] == names
    assert hashes(found) == naive(cells, len(names))


def spell_json(value: object) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r"\\u00(..)", lambda found: found[0][:4] + found[1].upper(), text)


def test_json_lines_tell_their_types() -> None:
    data = b'{"a":1,"b":"x"}\n{"b":2,"c":[1]}\n{"a":1.5,"d":null}\n'
    found = taken(data, "t.jsonl")
    assert [(column.name, column.type) for column in found.columns] == [
        ("a", "number"),
        ("b", "integer|string"),
        ("c", "array"),
        ("d", "null"),
    ]


@pytest.mark.parametrize(
    "limits",
    [Limits(rows=3), Limits(columns=1), Limits(bytes=10)],
    ids=["rows", "columns", "bytes"],
)
def test_limits_are_kept(limits: Limits) -> None:
    with pytest.raises(TableError) as caught:
        taken(b"a,b\n1,2\n1,2\n1,2\n1,2\n", limits=limits)
    assert "limit" in caught.value.message or "larger" in caught.value.message
    assert caught.value.hint


def test_a_format_that_is_told_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "t.dat"
    path.write_text("a,b\n1,2\n")
    assert fingerprint(path, format=TableFormat(TableKind.CSV)).row_count == 1


def test_a_path_of_any_bytes_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "a*[b]'\n"
    folder.mkdir()
    path = folder / b"x\xff?.csv".decode("utf-8", "surrogateescape")
    path.write_text("a,b\n1,2\n")
    assert fingerprint(path).row_count == 1


def fingerprints() -> st.SearchStrategy[TableFingerprint]:
    numbers = st.integers(0, 2**64 - 1)
    names = st.text(max_size=5)
    return st.builds(
        TableFingerprint,
        st.sampled_from(TableKind),
        st.lists(st.builds(Column, names, names, numbers), max_size=4).map(tuple),
        st.lists(numbers, max_size=30).map(lambda rows: array("Q", sorted(rows + rows[:3]))),
        st.lists(names, max_size=2).map(tuple),
    )


@given(fingerprints())
def test_bytes_and_back(kept: TableFingerprint) -> None:
    assert TableFingerprint.from_bytes(kept.to_bytes()) == kept


@given(fingerprints(), st.data())
def test_changed_bytes_are_refused_or_say_something_else(
    kept: TableFingerprint, data: st.DataObject
) -> None:
    good = kept.to_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[at] ^= data.draw(st.integers(1, 255))
    read = None
    with contextlib.suppress(TableError):
        read = TableFingerprint.from_bytes(bytes(bad))
    assert read != kept


@given(fingerprints(), st.data())
def test_cut_or_lengthened_bytes_are_refused(kept: TableFingerprint, data: st.DataObject) -> None:
    good = kept.to_bytes()
    for bad in (good[: data.draw(st.integers(0, len(good) - 1))], good + b"x"):
        with pytest.raises(TableError):
            TableFingerprint.from_bytes(bad)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused(data: bytes) -> None:
    for bad in (data, b"whence rows\0\x01" + data):
        with pytest.raises(TableError):
            TableFingerprint.from_bytes(bad)


def test_another_version_says_so() -> None:
    good = TableFingerprint(TableKind.CSV, (), array("Q")).to_bytes()
    with pytest.raises(TableError, match="another version"):
        TableFingerprint.from_bytes(good.replace(b"rows\0\x01", b"rows\0\x02", 1))
    with pytest.raises(TableError, match="another algorithm"):
        TableFingerprint.from_bytes(good.replace(b"whence-rows-1", b"whence-rows-9", 1))


def test_at_most_nine_bytes_a_row() -> None:
    found = taken(b"a\n" + b"".join(b"%d\n" % at for at in range(20_000)))
    assert len(found.to_bytes()) <= 9 * 20_000
