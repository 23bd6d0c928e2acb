import hashlib
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naive_rows import SECRET, written
from whence.errors import StoreError, TableError
from whence.rows.shelf import FingerprintShelf

SHA256 = hashlib.sha256(b"a table").hexdigest()
TEXT = "id,x\n1,a\n2,b\n3,b\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "rows"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path, TEXT)


def files(folder: Path, ending: str) -> list[Path]:
    return [path for path in folder.rglob(f"*{ending}") if path.is_file()]


def test_what_is_taken_is_got(folder: Path, table: Path) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    assert shelf.get(SHA256) is None
    taken = shelf.take(table, SHA256)
    assert shelf.take(table, SHA256) == taken
    assert shelf.get(SHA256) == taken
    assert taken.head.key == ("id",)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(folder, "")} == {0o600}


def test_one_that_is_replaced_leaves_nothing(folder: Path, table: Path) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    shelf.take(table, SHA256)
    shelf.take(table, SHA256, key=["x"])
    (prints,) = files(folder, ".prints")
    found = shelf.get(SHA256)
    assert found is not None
    assert (found.prints, found.head.key, found.head.found) == (prints, ("x",), False)


@pytest.mark.parametrize("ending", [".table", ".prints"])
def test_it_can_be_deleted_at_any_time(folder: Path, table: Path, ending: str) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    taken = shelf.take(table, SHA256)
    (path,) = files(folder, ending)
    path.unlink()
    assert shelf.get(SHA256) is None
    assert shelf.take(table, SHA256) == taken


def test_of_another_secret_it_is_as_good_as_gone(folder: Path, table: Path) -> None:
    FingerprintShelf(folder, SECRET).take(table, SHA256)
    assert FingerprintShelf(folder, b"x" * 32).get(SHA256) is None


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_changed_or_missing_byte_is_seen(
    folder: Path, table: Path, data: st.DataObject
) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    if shelf.find(SHA256) is None:
        shelf.take(table, SHA256)
    (path,) = files(folder, data.draw(st.sampled_from([".table", ".prints"])))
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    flipped = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    for bad in (flipped, good[:at], good + b"x"):
        path.write_bytes(bad)
        with pytest.raises(StoreError, match="damaged"):
            shelf.get(SHA256)
        assert shelf.find(SHA256) is None
    path.write_bytes(good)
    assert shelf.get(SHA256) is not None


def test_the_key_that_served_is_tried_first(folder: Path, tmp_path: Path) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    assert shelf.likely(["id", "no"]) == []
    shelf.take(written(tmp_path, "id,no\n1,7\n2,8\n"), SHA256, key=["no"])
    assert shelf.likely(["no", "id"]) == ["no"]
    other = hashlib.sha256(b"other").hexdigest()
    assert shelf.take(written(tmp_path, "id,no\n1,7\n3,9\n"), other).head.key == ("no",)
    assert shelf.take(written(tmp_path, "id,no\n1,7\n3,7\n"), other).head.key == ("id",)


@pytest.mark.parametrize("bad", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "0"])
def test_only_a_digest_names_a_file(folder: Path, table: Path, bad: str) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    with pytest.raises(ValueError, match="not a SHA-256"):
        shelf.take(table, bad)
    with pytest.raises(ValueError, match="not a SHA-256"):
        shelf.get(bad)


def test_a_table_that_cannot_be_read_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    with pytest.raises(TableError):
        shelf.take(written(tmp_path, 'a,b\n1,"2\n'), SHA256)
    assert files(folder, "") == []


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path, table: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError, match="cannot take another file") as caught:
        FingerprintShelf(blocked, SECRET).take(table, SHA256)
    assert caught.value.hint


def test_what_was_hashed_by_other_definitions_is_as_good_as_gone(
    folder: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = FingerprintShelf(folder, SECRET)
    shelf.take(table, SHA256)
    monkeypatch.setattr("whence.rows.shelf.FAMILY", "whence-rows-9")
    assert shelf.get(SHA256) is None
