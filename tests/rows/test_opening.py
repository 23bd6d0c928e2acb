import gzip
import os
import tempfile
from pathlib import Path

import pytest

from whence.errors import TableError
from whence.rows.format import TableFormat, TableKind
from whence.rows.opening import DEFAULT_LIMITS, Limits, open_table, printable


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    return path


def refused(path: Path | str, limits: Limits = DEFAULT_LIMITS) -> TableError:
    with pytest.raises(TableError) as caught, open_table(path, None, limits):
        pass
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


def test_the_private_folder_is_gone_afterwards(table: Path) -> None:
    with open_table(table, None, DEFAULT_LIMITS) as opened:
        assert opened.source.read_text() == "a,b\n1,2\n"
        assert opened.folder.stat().st_mode & 0o777 == 0o700
    assert not opened.folder.exists()
    assert table.exists()


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with open_table(path, None, DEFAULT_LIMITS) as opened:
        assert opened.format == TableFormat(TableKind.CSV, gzip=True)
        assert opened.source.read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize("cut", [2, 12, -4])
def test_half_written_gzip_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 100)[:cut])
    assert "half-written gzip" in refused(path).message


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000))
    assert "larger than the 100,000 bytes" in refused(path, Limits(bytes=100_000)).message


def test_a_large_file_is_refused(table: Path) -> None:
    assert "larger than the 7 bytes" in refused(table, Limits(bytes=7)).message


def test_what_is_no_file_is_refused(tmp_path: Path, table: Path) -> None:
    assert "No such file" in refused(tmp_path / "missing.csv").message
    assert "not a regular file" in refused(tmp_path).message
    assert "not a path" in refused("a\0b.csv").message
    fifo = tmp_path / "pipe.csv"
    os.mkfifo(fifo)
    assert "not a regular file" in refused(fifo).message
    other = tmp_path / "t.pkl"
    other.write_bytes(b"\x80\x05")
    assert "not a known kind of table" in refused(other).message


def test_a_table_that_changes_meanwhile_is_refused(table: Path) -> None:
    with (
        pytest.raises(TableError, match="changed while it was read"),
        open_table(table, None, DEFAULT_LIMITS),
    ):
        table.write_text("a,b\n1,2\n3,4\n")


def test_a_table_that_goes_meanwhile_is_refused(table: Path) -> None:
    with (
        pytest.raises(TableError, match="No such file"),
        open_table(table, None, DEFAULT_LIMITS),
    ):
        table.unlink()


def test_a_new_link_is_no_change(table: Path) -> None:
    with open_table(table, None, DEFAULT_LIMITS):
        os.link(table, table.with_suffix(".copy"))


def test_a_temporary_folder_that_engines_misread_is_refused(
    tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "a*[b]'"
    odd.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(odd))
    assert "temporary" in refused(table).message
    assert not list(odd.iterdir())


def test_no_temporary_folder_is_a_table_error(
    tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    assert "no folder for temporary files" in refused(table).message


def test_names_are_printed_without_what_a_terminal_obeys(tmp_path: Path) -> None:
    assert printable("a\x1b[31m\nb\udcffé") == "a\\x1b[31m\\nb\\udcffé"
    assert "a\\nb.csv" in refused(tmp_path / "a\nb.csv").message
