import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import TableError
from whence.rows.delimited import (
    SAMPLE_BYTES,
    Dialect,
    column_names,
    has_header,
    mend,
    read_dialect,
    sniff,
)


def sniffed(head: bytes) -> Dialect:
    dialect = sniff(head, "t.csv", whole=True)
    assert dialect is not None
    return dialect


@pytest.mark.parametrize(
    ("head", "delimiter", "names"),
    [
        (b"a,b\n1,2\n", ",", ("a", "b")),
        (b"a;b\n1,5;2,5\n", ";", ("a", "b")),
        (b"a\tb\n1\t2\n", "\t", ("a", "b")),
        (b"a|b\n1|2\n", "|", ("a", "b")),
        (b"text\nhello\n", ",", ("text",)),
        (b"a,b\r\n1,2\r\n", ",", ("a", "b")),
        (b"a,b\r1,2\r", ",", ("a", "b")),
        (b'"a ""x""\nb",c\n1,2\n', ",", ('a "x"\nb', "c")),
        (b"\xef\xbb\xbfa,b\n1,2\n", ",", ("a", "b")),
        ("ä;b\n1;2\n".encode("utf-16"), ";", ("ä", "b")),
        (b"a\xff,b\n1,2\n", ",", ("a\\xff", "b")),
        (b"a,b", ",", ("a", "b")),
    ],
)
def test_sniff_finds_delimiter_and_names(
    head: bytes, delimiter: str, names: tuple[str, ...]
) -> None:
    dialect = sniffed(head)
    assert (dialect.delimiter, dialect.names, dialect.header) == (delimiter, names, True)


@pytest.mark.parametrize("head", [b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_nothing_in_a_file_is_a_table_of_nothing(head: bytes) -> None:
    assert sniffed(head).names == ()


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([["a", "b"]], True),
        ([["1", "2"]], False),
        ([["id", "x"], ["1", "2"]], True),
        ([["3", "4"], ["1", "2"]], False),
        ([["name", "4"], ["bob", "2"]], False),
        ([["2020-01-01", "x"], ["2020-01-02", "y"]], False),
        ([["name", "city"], ["bob", "rome"]], True),
        ([["0", "1", "2"], ["0.1", "0.2", "0.3"]], True),
        ([["", "0", "1"], ["0", "5.5", "6"]], True),
        ([["country", "2019", "2020", "2021"], ["Chad", "1", "2", "3"]], True),
        ([["1", "2"], ["3", "4"]], False),
        ([["x", "7"], ["1", "2"]], True),
    ],
)
def test_has_header(records: list[list[str]], expected: bool) -> None:
    assert has_header(records) is expected


def test_without_a_header_columns_are_numbered() -> None:
    dialect = sniffed(b"5,x\n7,y\n")
    assert (dialect.header, dialect.names) == (False, ("column_1", "column_2"))


@given(st.lists(st.sampled_from(["", "a", "a_2", "b", "column_1", "column_2"]), max_size=9))
def test_names_are_never_empty_and_never_twice(cells: list[str]) -> None:
    names = column_names(cells)
    assert len(names) == len(set(names)) == len(cells)
    assert all(names)


@pytest.mark.parametrize(
    ("head", "newline"),
    [
        (b"a,b\n1,2\r\n", "\n"),
        (b"a,b\r\n1,2\n", "\r\n"),
        (b"a,b\r1,2\r", "\r"),
        (b'"a\r","b""\r\n"\n1,2\n', "\n"),
        (b"a,b", "\n"),
    ],
)
def test_what_ends_a_record_is_looked_for_outside_quotes(head: bytes, newline: str) -> None:
    assert sniffed(head).newline == newline


def test_nul_bytes_at_the_beginning_are_no_text() -> None:
    with pytest.raises(TableError, match="NUL"):
        sniff(b"a,b\n\0\0\0\0", "t.csv", whole=True)


def test_a_header_longer_than_the_sample_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = [f"a_rather_long_name_{at}" for at in range(SAMPLE_BYTES // 16)]
    path.write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert read_dialect(path, "wide.csv").names == tuple(names)


def test_a_file_without_an_end_of_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    path.write_bytes(b'"' + b"x" * (17 << 20))
    with pytest.raises(TableError, match="no record ends"):
        read_dialect(path, "endless.csv")


def mended(tmp_path: Path, data: bytes) -> tuple[list[list[str]], tuple[str, ...]]:
    source, target = tmp_path / "t.csv", tmp_path / "clean.csv"
    source.write_bytes(data)
    notes = mend(source, target, read_dialect(source, "t.csv"), "t.csv")
    text = target.read_bytes().decode()
    return list(csv.reader(io.StringIO(text, newline=""))), notes


@pytest.mark.parametrize(
    ("data", "records", "note"),
    [
        (b"a,b\n1\n2,3\n", [["1", ""], ["2", "3"]], "fewer values"),
        (b"a,b\n1,2,\n", [["1", "2"]], ""),
        (b"a,b\r\n1,2\n3,4\r5,6", [["1", "2"], ["3", "4"], ["5", "6"]], ""),
        (b"a,b\n\n\n1,2\n\n", [["1", "2"]], ""),
        (b"\n\na,b\n1,2\n", [["1", "2"]], ""),
        (b'a,b\n"x\ny","p""q"\n', [["x\ny", 'p"q']], ""),
        (b"a,b\n1,\xff\n", [["1", "\\xff"]], "not UTF-8, kept as escapes: line 2"),
        ("a,b\n1,é\n".encode("utf-16"), [["1", "é"]], ""),
        (b"5,x\n7\n6,z\n", [["5", "x"], ["7", ""], ["6", "z"]], "line 2"),
    ],
)
def test_mend_writes_a_clean_copy_and_says_what_it_did(
    tmp_path: Path, data: bytes, records: list[list[str]], note: str
) -> None:
    found, notes = mended(tmp_path, data)
    assert found == records
    assert [note in text for text in notes] == [True] * bool(note)


def test_notes_count_and_name_the_first_line(tmp_path: Path) -> None:
    _, notes = mended(tmp_path, b'a,b\n1,"x\ny"\n2\n3\n4,5\n')
    assert notes == (
        "fewer values than the first line has, filled up with empty ones: line 4 and 1 more",
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2,3\n", "line 2 has 3 values, the first has 2"),
        (b'a,b\n"x\ny",1\n1,2,3\n', "line 4 has 3 values"),
        (b"a,b,c\n1,2,3\n4,5", "middle of a row: line 3 has 2 of 3"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "row at line 2 never closes"),
        (b'a,b\n1,"2', "row at line 2 never closes"),
    ],
)
def test_mend_says_where_it_cannot(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        mended(tmp_path, data)
    assert caught.value.hint


def test_mend_leaves_the_limit_of_python_as_it_was(tmp_path: Path) -> None:
    usual = csv.field_size_limit()
    long = b"x" * (usual + 1)
    source, target = tmp_path / "t.csv", tmp_path / "clean.csv"
    source.write_bytes(b"a,b\n1," + long + b"\n2\n")
    mend(source, target, read_dialect(source, "t.csv"), "t.csv")
    assert long in target.read_bytes()
    source.write_bytes(b"a,b\n1,2,3\n")
    with pytest.raises(TableError):
        mend(source, target, read_dialect(source, "t.csv"), "t.csv")
    assert csv.field_size_limit() == usual


@given(st.binary(max_size=200))
def test_any_bytes_give_a_dialect_or_a_table_error(head: bytes) -> None:
    try:
        dialect = sniff(head, "t.csv", whole=True)
    except TableError:
        return
    assert dialect is None or len(set(dialect.names)) == len(dialect.names)
