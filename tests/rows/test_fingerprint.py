import csv
import gzip
import io
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive_rows import taken, written
from whence.errors import TableError
from whence.rows.fingerprint import Marks, TableFingerprint, fingerprint
from whence.rows.format import TableFormat, TableKind
from whence.rows.opening import Limits

CELLS = st.text(
    st.one_of(
        st.sampled_from(['"', ",", "\n", "\r", "\x1f", ";", " ", "é", "a", "1", "0", "-", "."]),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=4,
)
Rows = list[list[str]]
Prints = list[tuple[int, ...]]


def write_csv(rows: Rows, width: int) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # CR LF: with LF, Python before 3.13 leaves a CR unquoted
    writer.writerow([f"name{at}" for at in range(width)])
    writer.writerows(rows)
    return text.getvalue().encode()


def prints_of(data: bytes, name: str = "t.csv", key: tuple[str, ...] = ()) -> Prints:
    """The lines of a table's prints, ordered."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        found = taken(path, key)
        return sorted(lines_of(found.prints))


def lines_of(prints: Path) -> Prints:
    with duckdb.connect() as connection:
        return connection.execute(f"FROM read_parquet('{prints}')").fetchall()


def head_of(data: bytes, name: str = "t.csv", limits: Limits | None = None) -> TableFingerprint:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return fingerprint(path, Path(folder, "prints"), limits=limits or Limits())


WIDTHS = st.integers(1, 3)


@given(
    WIDTHS.flatmap(
        lambda width: st.tuples(
            *[st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6)] * 2
        )
    )
)
@settings(max_examples=15, deadline=None)
def test_prints_are_equal_if_and_only_if_the_rows_are(pair: tuple[Rows, Rows]) -> None:
    some, others = pair
    width = len((some + others or [["", ""]])[0])
    key = ("name0",)
    same = sorted(map(value_of, some)) == sorted(map(value_of, others))
    one = prints_of(write_csv(some, width), key=key)
    assert (one == prints_of(write_csv(others, width), key=key)) is same
    assert prints_of(write_csv(some[::-1], width), key=key) == one


def value_of(row: list[str]) -> list[str]:
    """Cells as values: numbers written in several ways are one."""
    return [plain(cell) for cell in row]


def plain(cell: str) -> str:
    if not cell or not cell.isascii() or cell[0] not in "-.0123456789" or cell.endswith(" "):
        return cell
    digits = cell.removeprefix("-")
    if digits[:1] == "0" and digits[1:2].isdigit():
        return cell
    try:
        return repr(float(cell) + 0.0)
    except ValueError:
        return cell


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6))
@settings(max_examples=12, deadline=None)
def test_the_patient_reading_sees_what_the_fast_one_sees(rows: Rows) -> None:
    data = write_csv(rows, 2)
    assert prints_of(b"\n" + data, key=("name0",)) == prints_of(data, key=("name0",))


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
        (b"a,b\n1,0.50\n", b"a,b\n1.0,5e-1\n"),
        (b"a,b\n1,x\n2,y\n", b"b,a\nx,1\ny,2\n"),
    ],
)
def test_how_a_csv_is_written_does_not_matter(some: bytes, other: bytes) -> None:
    assert prints_of(some, key=("a",)) == prints_of(other, key=("a",))


def test_a_csv_packed_is_that_csv() -> None:
    data = b"a,b\n1,2\n3,4\n"
    assert prints_of(gzip.compress(data), "t.csv.gz") == prints_of(data)


def test_emptiness_and_likeness_do_not_join_what_is_apart() -> None:
    tables = [b"a,b\n,x\n", b"a,b\nx,\n", b"a,b\n1,007\n", b"a,b\n1,7\n", b"a,b\n7,1\n"]
    assert len({str(prints_of(data, key=("a",))) for data in tables}) == len(tables)


def test_another_secret_gives_other_hashes(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{at},{at % 9}\n" for at in range(200)))
    lines = []
    for secret in (b"x", b"y"):
        prints = taken(path, secret=secret.ljust(32)).prints
        lines.append({value for row in lines_of(prints) for value in row})
    assert not lines[0] & lines[1]


def test_a_header_holds_no_rare_value(tmp_path: Path) -> None:
    path = written(tmp_path, "who,team\n" + "".join(f"p{at},{'ab'[at > 6]}\n" for at in range(9)))
    head = taken(path).head
    assert head.segments == ("team",)
    assert list(head.values[0].values()) == ["a"]
    assert [dict(it.profile.shares or {}) for it in head.columns] == [{}, {"a": 7}]


def test_tsv_needs_no_guessing() -> None:
    found = head_of(b"a,x\tb\n1,5\t2\n", "t.tsv")
    assert [column.name for column in found.columns] == ["a,x", "b"]


def test_one_column_keeps_its_empty_cells_and_drops_blank_lines() -> None:
    assert head_of(b'a\n1\n\n""\n2\n\n').row_count == 3


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_a_file_of_nothing_is_a_table_of_nothing(name: str) -> None:
    found = head_of(b"", name)
    assert (found.columns, found.row_count, found.key) == ((), 0, ())


def test_what_was_mended_is_noted() -> None:
    found = head_of(b"a,b\n1\n2,\xff\n")
    assert found.row_count == 2
    assert len(found.notes) == 2


def test_many_rows_with_quoted_line_ends_are_all_there() -> None:
    rows = [[str(at), "x\ny" * (at % 50), f"{at}\r\n,"] for at in range(30_000)]
    found = prints_of(write_csv(rows, 3))
    assert len({line[0] for line in found}) == 30_000


def test_json_lines_tell_their_types() -> None:
    data = b'{"a":1,"b":"x"}\n{"b":2,"c":[1]}\n{"a":1.5,"d":null}\n'
    found = head_of(data, "t.jsonl")
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
        head_of(b"a,b\n1,2\n1,2\n1,2\n1,2\n", limits=limits)
    assert "limit" in caught.value.message or "larger" in caught.value.message
    assert caught.value.hint


def test_a_format_that_is_told_is_believed(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n", "t.dat")
    found = fingerprint(path, tmp_path / "prints", format=TableFormat(TableKind.CSV))
    assert found.row_count == 1


def test_a_path_of_any_bytes_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "a*[b]'\n"
    folder.mkdir()
    path = folder / b"x\xff?.csv".decode("utf-8", "surrogateescape")
    path.write_text("a,b\n1,2\n")
    assert fingerprint(path, tmp_path / "prints").row_count == 1


@pytest.mark.parametrize("width", [1, 7, 10, 64, 65, 300])
def test_marks_of_all_columns_have_places_of_their_own(width: int) -> None:
    marks = Marks(bits=6, words=-(-width // 10))
    places = [marks.place(at) for at in range(width)]
    assert len(set(places)) == width
    assert max(word for word, _ in places) < marks.words
    assert all(shift + 6 <= 64 for _, shift in places)


def test_a_row_of_a_large_table_takes_at_most_24_bytes(tmp_path: Path) -> None:
    lines = (f"{at},{at % 12},{at % 31},{at % 5},{at / 7}\n" for at in range(150_000))
    path = written(tmp_path, "id,month,day,kind,x\n" + "".join(lines))
    found = taken(path)
    assert found.head.segments == ("month", "day", "kind")
    assert found.prints.stat().st_size <= 24 * 150_000


def test_a_table_of_many_columns_is_taken(tmp_path: Path) -> None:
    names = [f"c{at}" for at in range(120)]
    path = written(tmp_path, ",".join(names) + "\n" + (",".join("7" * 120) + "\n") * 30)
    found = taken(path)
    assert len(found.head.columns) == 120
    assert found.head.key == ()
