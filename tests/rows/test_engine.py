from pathlib import Path

import duckdb
import pytest

from whence.errors import TableError
from whence.rows.engine import load_table
from whence.rows.fingerprint import fingerprint
from whence.rows.opening import DEFAULT_LIMITS, Limits, open_table


def test_the_engine_may_read_one_file_and_keeps_its_settings(tmp_path: Path) -> None:
    path, other = tmp_path / "t.csv", tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    other.write_text("secret\n1\n")
    with (
        open_table(path, None, DEFAULT_LIMITS) as opened,
        load_table(opened) as table,
    ):
        for forbidden in (
            f"SELECT * FROM read_csv('{other}')",
            f"COPY cells TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'x.db'}'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "SET memory_limit = '8GB'",
        ):
            with pytest.raises(duckdb.Error):
                table.connection.execute(forbidden)


def test_too_little_memory_is_a_table_error(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 300_000)
    with pytest.raises(TableError, match="more than 1 MB of memory"):
        fingerprint(path, tmp_path / "prints", limits=Limits(memory_mb=1))


def test_columns_can_be_left_out_and_called_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("c,b,a\nx,7,1\n")
    with open_table(path, None, DEFAULT_LIMITS) as opened, load_table(opened) as table:
        table.keep({"c": "letter", "a": "a"})
        assert [name for name, _ in table.columns] == ["letter", "a"]
        assert table.ask(f"SELECT {', '.join(table.labels)} FROM cells") == [("x", "1")]
