import hashlib
import os
import random
import stat
from pathlib import Path

import pytest

from whence.errors import NotFoundError, StoreCorruptError, StoreError
from whence.store.objects import ObjectStore
from whence.store.objects.vault import WHOLE


def table(rows: int, seed: int = 1) -> list[bytes]:
    numbers = random.Random(seed)
    return [b"%d,%.6f,%d\n" % (n, numbers.random(), numbers.getrandbits(20)) for n in range(rows)]


LARGE = b"".join(table(70_000))
DENSE = random.Random(2).randbytes(2 * WHOLE)
CONTENTS = {
    "nothing": b"",
    "text": b"seed = 7\n" * 100,
    "dense": random.Random(1).randbytes(1000),
    "large": LARGE,
    "large and dense": DENSE,
    "zeros": bytes(3 * WHOLE),
}


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def files_in(objects: ObjectStore) -> list[Path]:
    return sorted(path for path in objects.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_what_was_put_comes_back(objects: ObjectStore, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    sha256 = objects.put_file(path)
    assert sha256 == objects.put_bytes(data) == sha256_of(data)
    assert objects.has(sha256)
    assert objects.is_whole(sha256)
    assert objects.size(sha256) == len(data)
    assert objects.read(sha256) == data
    assert objects.read(sha256, 100) == data[:100]
    copy = tmp_path / "copy"
    objects.copy_to(sha256, copy)
    assert copy.read_bytes() == data
    assert copy.stat().st_nlink == 1
    copy.write_bytes(b"changed")
    assert objects.read(sha256) == data


def test_nobody_else_may_look_and_nobody_may_write(objects: ObjectStore) -> None:
    objects.put_bytes(LARGE)
    objects.put_bytes(b"small")
    for path in objects.folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o400), path


def test_nothing_is_there_that_was_not_put(objects: ObjectStore, tmp_path: Path) -> None:
    absent = sha256_of(b"absent")
    assert not objects.has(absent)
    assert not objects.is_whole(absent)
    assert objects.size(absent) is None
    with pytest.raises(NotFoundError, match="not kept"):
        objects.read(absent)
    with pytest.raises(NotFoundError, match="not kept"):
        objects.copy_to(absent, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    with pytest.raises(ValueError, match="not a SHA-256"):
        objects.has("../../etc/passwd")


@pytest.mark.parametrize("data", [b"new", LARGE], ids=["small", "large"])
def test_a_file_that_is_not_what_it_should_be_is_refused(
    objects: ObjectStore, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(StoreError, match="not " + sha256_of(b"old")[:12]):
        objects.put_file(path, sha256=sha256_of(b"old"))
    assert not objects.has(sha256_of(b"old"))
    assert not objects.has(sha256_of(data))


def test_a_file_that_cannot_be_read_is_an_error_of_ours(
    objects: ObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        objects.put_file(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(StoreError, match="no regular file"):
            objects.put_file(path)


def test_versions_share_the_pieces_that_are_equal(objects: ObjectStore) -> None:
    rows = table(70_000)
    more = [*rows[:20_000], *table(100, seed=5), *rows[20_000:50_000], *rows[50_010:]]
    first, second = (
        set(objects.pieces(objects.put_bytes(b"".join(each)))) for each in (rows, more)
    )
    equal = sum(each.size for each in first & second)
    assert equal > 0.6 * len(LARGE)  # two places differ, in about 16 pieces
    assert len(files_in(objects)) == len({each.sha256 for each in first | second}) + 2


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_a_changed_byte_anywhere_is_no_answer(
    objects: ObjectStore, tmp_path: Path, data: bytes
) -> None:
    sha256 = objects.put_bytes(data)
    numbers = random.Random(3)
    for path in numbers.sample(files_in(objects), min(5, len(files_in(objects)))):
        good = path.read_bytes()
        bad = bytearray(good or b"\1")
        bad[numbers.randrange(len(bad))] ^= 1 << numbers.randrange(8)
        path.chmod(0o600)
        path.write_bytes(b"x" if not good else bad)
        with pytest.raises(StoreCorruptError, match="damaged"):
            objects.read(sha256)
        with pytest.raises(StoreCorruptError):
            objects.copy_to(sha256, tmp_path / "copy")
        assert not list(tmp_path.glob("*copy*"))
        path.write_bytes(good)
    assert objects.read(sha256) == data


def test_a_lost_piece_is_told_and_put_again(objects: ObjectStore) -> None:
    sha256 = objects.put_bytes(LARGE)
    lost = next((objects.folder / "pieces").rglob("*.zst"))
    lost.unlink()
    assert objects.has(sha256)
    assert not objects.is_whole(sha256)
    with pytest.raises(StoreCorruptError, match="is gone"):
        objects.read(sha256)
    objects.put_bytes(LARGE)
    assert objects.read(sha256) == LARGE


def test_a_full_or_forbidden_folder_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("no folder")
    objects = ObjectStore(tmp_path / "objects")
    with pytest.raises(StoreError, match="cannot take another content"):
        objects.put_bytes(b"content")
    with pytest.raises(StoreError, match="cannot take another content"):
        objects.put_bytes(LARGE)


def test_a_copy_that_cannot_be_written_leaves_what_was_there(
    objects: ObjectStore, tmp_path: Path
) -> None:
    sha256 = objects.put_bytes(b"content")
    with pytest.raises(StoreError, match="cannot be written"):
        objects.copy_to(sha256, tmp_path / "absent" / "copy")


def copied(source: int, target: int) -> bool:
    """What a file system that shares blocks seems to do."""
    os.pwrite(target, os.pread(source, 1 << 30, 0), 0)
    return True


def test_where_blocks_can_be_shared_a_dense_content_is_one_file(
    objects: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whence.store.objects.vault.clone", copied)
    path = tmp_path / "file"
    path.write_bytes(DENSE)
    with pytest.raises(StoreError, match="not " + sha256_of(b"old")[:12]):
        objects.put_file(path, sha256=sha256_of(b"old"))
    assert files_in(objects) == []
    sha256 = objects.put_file(path)
    (kept,) = files_in(objects)
    assert kept.read_bytes() == DENSE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    objects.copy_to(sha256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == DENSE
    kept.chmod(0o600)
    kept.write_bytes(DENSE[:-1] + b"x")
    with pytest.raises(StoreCorruptError, match="damaged"):
        objects.copy_to(sha256, tmp_path / "other")
    assert not (tmp_path / "other").exists()
