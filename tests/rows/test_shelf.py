import hashlib
import os
import stat
from array import array
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.errors import StoreError
from whence.rows.fingerprint import Column, TableFingerprint
from whence.rows.format import TableKind
from whence.rows.shelf import FingerprintShelf

SHA256 = hashlib.sha256(b"a table").hexdigest()
KEPT = TableFingerprint(
    TableKind.CSV, (Column("a", "text", 7),), array("Q", [1, 2, 2**63]), ("a note",)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "rows"


def only_file(folder: Path) -> Path:
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    return path


def test_what_is_put_is_got(folder: Path) -> None:
    shelf = FingerprintShelf(folder)
    assert shelf.get(SHA256) is None
    shelf.put(SHA256, KEPT)
    shelf.put(SHA256, KEPT)
    assert shelf.get(SHA256) == KEPT
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


def test_it_can_be_deleted_at_any_time(folder: Path) -> None:
    shelf = FingerprintShelf(folder)
    shelf.put(SHA256, KEPT)
    only_file(folder).unlink()
    assert shelf.get(SHA256) is None
    shelf.put(SHA256, KEPT)
    assert shelf.get(SHA256) == KEPT


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_or_missing_byte_is_seen(folder: Path, data: st.DataObject) -> None:
    shelf = FingerprintShelf(folder)
    shelf.put(SHA256, KEPT)
    path = only_file(folder)
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    flipped = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    for bad in (flipped, good[:at], good + b"x"):
        path.write_bytes(bad)
        with pytest.raises(StoreError, match="damaged") as caught:
            shelf.get(SHA256)
        assert caught.value.hint


def test_a_changed_name_is_seen(folder: Path) -> None:
    shelf = FingerprintShelf(folder)
    shelf.put(SHA256, KEPT)
    other = SHA256[:-1] + ("0" if SHA256[-1] != "0" else "1")
    path = only_file(folder)
    path.rename(path.with_name(f"{other[2:]}.rows"))
    with pytest.raises(StoreError, match="damaged"):
        shelf.get(other)


@pytest.mark.parametrize("bad", ["", "../../etc/passwd", "AB" * 32, "a" * 63])
def test_what_is_no_digest_is_no_path(folder: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        FingerprintShelf(folder).put(bad, KEPT)
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError) as caught:
        FingerprintShelf(blocked).put(SHA256, KEPT)
    assert caught.value.hint


def test_a_failed_write_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = FingerprintShelf(folder)
    shelf.put(SHA256, KEPT)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        shelf.put(SHA256, TableFingerprint(TableKind.CSV, (), array("Q")))
    monkeypatch.undo()
    assert shelf.get(SHA256) == KEPT
    assert only_file(folder)


def test_a_folder_in_its_place_cannot_be_read(folder: Path) -> None:
    (folder / SHA256[:2] / f"{SHA256[2:]}.rows").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be read"):
        FingerprintShelf(folder).get(SHA256)
