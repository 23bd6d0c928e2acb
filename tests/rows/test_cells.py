from collections.abc import Iterator

import duckdb
import pytest

from whence.rows.cells import (
    MACROS,
    filled,
    hash_of,
    is_spelled,
    label_of,
    may_identify,
    number_of,
)
from whence.rows.format import TableKind


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for macro in MACROS:
            connection.execute(f"CREATE TEMP MACRO {macro}")
        yield connection


def asked(engine: duckdb.DuckDBPyConnection, expression: str, cell: str, type_: str) -> object:
    source = f"SELECT *, text_number(c0) AS n0 FROM (SELECT {cell} AS c0)"
    if type_ != "VARCHAR":
        source = f"SELECT {cell}::{type_} AS c0"
    (found,) = engine.execute(f"SELECT {expression} FROM ({source})").fetchall()
    return found[0]


def hashed(
    engine: duckdb.DuckDBPyConnection, cell: str, type_: str, kind: TableKind = TableKind.PARQUET
) -> object:
    return asked(engine, hash_of(0, type_, kind), cell, type_)


def csv_hash(engine: duckdb.DuckDBPyConnection, text: str) -> object:
    return asked(engine, hash_of(0, "text", TableKind.CSV), f"'{text}'", "VARCHAR")


def json_hash(engine: duckdb.DuckDBPyConnection, text: str) -> object:
    return asked(engine, hash_of(0, "string", TableKind.JSON_LINES), f"'{text}'", "VARCHAR")


@pytest.mark.parametrize(
    "type_",
    ["TINYINT", "USMALLINT", "INTEGER", "BIGINT", "UBIGINT", "HUGEINT", "FLOAT", "DOUBLE",
     "DECIMAL(9,2)", "DECIMAL(9,0)"],
)  # fmt: skip
def test_a_number_is_one_in_every_type_and_format(
    engine: duckdb.DuckDBPyConnection, type_: str
) -> None:
    seven = hashed(engine, "7", "BIGINT")
    assert hashed(engine, "7", type_) == seven
    for text in ("7", "7.0", "7.", "70e-1"):
        assert csv_hash(engine, text) == seven
    assert json_hash(engine, "7") == json_hash(engine, "7.0") == seven


@pytest.mark.parametrize("value", ["9007199254740993", "9223372036854775807", "-9007199254740993"])
def test_large_whole_numbers_are_exact(engine: duckdb.DuckDBPyConnection, value: str) -> None:
    near = str(int(value) - 1)
    for type_ in ("BIGINT", "HUGEINT"):
        assert hashed(engine, value, type_) == csv_hash(engine, value)
        assert hashed(engine, value, type_) != hashed(engine, near, type_)
    assert csv_hash(engine, value) != csv_hash(engine, near)


def test_numbers_beyond_64_bits_are_told_apart(engine: duckdb.DuckDBPyConnection) -> None:
    one, other = "12345678901234567890123", "12345678901234567890124"
    assert csv_hash(engine, one) != csv_hash(engine, other)
    assert hashed(engine, f"'{one}'", "HUGEINT") != hashed(engine, f"'{other}'", "HUGEINT")
    long = ("DECIMAL(30,5)", "1234567890123456.00001", "1234567890123456.00002")
    assert hashed(engine, long[1], long[0]) != hashed(engine, long[2], long[0])


@pytest.mark.parametrize("text", ["007", "+7", "1_000", "-07", "0x1F", "7 apples", " 7", "--7"])
def test_what_only_looks_like_a_number_is_text(
    engine: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert csv_hash(engine, text) == hashed(engine, f"'{text}'", "VARCHAR")


def test_text_of_a_typed_format_may_spell_out_what_a_csv_holds(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    spelled = hash_of(0, "VARCHAR", TableKind.PARQUET, spelled=True)
    for text in ("7", "2024-05-06T07:08:09Z", "007", "word"):
        assert asked(engine, spelled, f"'{text}'", "VARCHAR") == csv_hash(engine, text)
        read = asked(engine, is_spelled(0), f"'{text}'", "VARCHAR")
        assert read is (text in {"7", "2024-05-06T07:08:09Z"})
    assert asked(engine, spelled, "''", "VARCHAR") == hashed(engine, "''", "VARCHAR")
    assert json_hash(engine, '"2024-05-06"') == csv_hash(engine, "2024-05-06")


def test_zero_has_no_sign(engine: duckdb.DuckDBPyConnection) -> None:
    assert hashed(engine, "'-0.0'", "DOUBLE") == hashed(engine, "0", "INTEGER")
    assert csv_hash(engine, "-0") == csv_hash(engine, "0.00")


def test_text_of_a_typed_format_stays_text(engine: duckdb.DuckDBPyConnection) -> None:
    assert hashed(engine, "'7'", "VARCHAR") != hashed(engine, "7", "BIGINT")
    assert json_hash(engine, '"7"') == hashed(engine, "'7'", "VARCHAR")


def test_truth_is_one_or_nought(engine: duckdb.DuckDBPyConnection) -> None:
    for text in ("True", "true", "TRUE"):
        assert csv_hash(engine, text) == hashed(engine, "true", "BOOLEAN")
    assert csv_hash(engine, "False") == json_hash(engine, "false") == hashed(engine, "0", "INTEGER")
    assert csv_hash(engine, "tRUE") == hashed(engine, "'tRUE'", "VARCHAR")


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("'2024-05-06'", "DATE"),
        ("'2024-05-06'", "TIMESTAMP"),
        ("'2024-05-06'", "TIMESTAMP_NS"),
        ("'2024-05-06'", "TIMESTAMP_S"),
        ("'2024-05-06 02:00:00+02'", "TIMESTAMP WITH TIME ZONE"),
    ],
)
def test_a_moment_is_one_in_every_type_and_format(
    engine: duckdb.DuckDBPyConnection, value: str, type_: str
) -> None:
    moment = hashed(engine, value, type_)
    for text in ("2024-05-06", "2024-05-06 00:00:00", "2024-05-06T00:00:00Z"):
        assert csv_hash(engine, text) == moment


def test_nanoseconds_are_not_lost(engine: duckdb.DuckDBPyConnection) -> None:
    some, others = (f"'2024-05-06 01:02:03.00000000{at}'" for at in (1, 2))
    assert hashed(engine, some, "TIMESTAMP_NS") != hashed(engine, others, "TIMESTAMP_NS")
    assert csv_hash(engine, some.strip("'")) != csv_hash(engine, others.strip("'"))


def test_moments_that_no_timestamp_holds_are_told_apart(engine: duckdb.DuckDBPyConnection) -> None:
    assert hashed(engine, "'5000000-01-01'", "DATE") != hashed(engine, "'5000001-01-01'", "DATE")
    assert hashed(engine, "'infinity'", "DATE") != hashed(engine, "'-infinity'", "DATE")
    assert csv_hash(engine, "2024-99-99") == hashed(engine, "'2024-99-99'", "VARCHAR")


def test_nothing_is_nothing(engine: duckdb.DuckDBPyConnection) -> None:
    nothing = hashed(engine, "NULL", "BIGINT")
    assert nothing == hashed(engine, "NULL", "DATE") == hashed(engine, "NULL", "DOUBLE")
    assert csv_hash(engine, "") == hashed(engine, "'nan'", "DOUBLE") == nothing
    json_null = hash_of(0, "null", TableKind.JSON_LINES)
    assert asked(engine, json_null, "NULL::VARCHAR", "VARCHAR") == nothing
    assert hashed(engine, "''", "VARCHAR") != nothing


@pytest.mark.parametrize(
    ("cell", "type_", "kind", "label"),
    [
        ("'7.0'", "VARCHAR", TableKind.CSV, "7"),
        ("'0.50'", "VARCHAR", TableKind.CSV, "0.5"),
        ("'TRUE'", "VARCHAR", TableKind.CSV, "true"),
        ("''", "VARCHAR", TableKind.CSV, None),
        ("'007'", "VARCHAR", TableKind.CSV, "007"),
        ("'\"a b\"'", "VARCHAR", TableKind.JSON_LINES, "a b"),
        ("7", "DOUBLE", TableKind.PARQUET, "7"),
        ("7.25", "DECIMAL(9,2)", TableKind.PARQUET, "7.25"),
        ("true", "BOOLEAN", TableKind.PARQUET, "true"),
    ],
)
def test_labels_of_equal_values_are_equal(
    engine: duckdb.DuckDBPyConnection, cell: str, type_: str, kind: TableKind, label: str | None
) -> None:
    assert asked(engine, label_of(0, type_, kind), cell, type_) == label
    assert asked(engine, filled(0, type_, kind), cell, type_) is (label is not None)


def test_measurements_do_not_identify() -> None:
    assert [may_identify(it) for it in ("BIGINT", "text", "DATE", "DOUBLE", "BOOLEAN")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert number_of(0, "VARCHAR", TableKind.PARQUET) is None
    assert number_of(0, "BOOLEAN", TableKind.PARQUET) is None
