import hashlib
import os
import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.capture import digestcache, digests
from whence.capture.digestcache import DigestCache
from whence.capture.digests import FileDigest, digest_files


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are old enough to be remembered as soon as they are written."""
    monkeypatch.setattr(digestcache, "RACY_NS", -1_000_000_000)


@pytest.fixture
def cache(tmp_path: Path) -> DigestCache:
    return DigestCache(tmp_path / "cache" / "digests.sqlite")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.bin"
    path.write_bytes(b"a" * 10_000)
    return path


def digest(path: Path, cache: DigestCache) -> str:
    found = digest_files([str(path)], cache)[str(path)]
    assert isinstance(found, FileDigest)
    return found.sha256


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object) -> object:
        pytest.fail("a file was read again")

    monkeypatch.setattr(digests, "_hash", refuse)


def true_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("patient")
def test_what_did_not_change_is_not_read_again(
    data: Path, cache: DigestCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = digest(data, cache)
    forbid_reading(monkeypatch)
    assert digest(data, cache) == first == true_digest(data)


@pytest.mark.usefixtures("patient")
def test_many_files_of_a_folder(
    tmp_path: Path, cache: DigestCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = []
    for number in range(100):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(os.urandom(5000))
        paths.append(str(path))
    first = digest_files(paths, cache)
    forbid_reading(monkeypatch)
    assert digest_files(paths, cache) == first


def test_a_file_that_is_too_young_is_not_remembered(data: Path, cache: DigestCache) -> None:
    digest(data, cache)
    found = data.stat()
    assert cache.find({str(data): digests._identity(found)}) == {}


def test_a_file_whose_times_lie_ahead_is_not_remembered(data: Path, cache: DigestCache) -> None:
    ahead = time.time_ns() + 10**12
    os.utime(data, ns=(ahead, ahead))
    digest(data, cache)
    assert cache.find({str(data): digests._identity(data.stat())}) == {}


def test_an_old_file_is_remembered_by_both_its_times(data: Path, cache: DigestCache) -> None:
    os.utime(data, ns=(10**18, 10**18))  # its ctime is young all the same
    digest(data, cache)
    assert cache.find({str(data): digests._identity(data.stat())}) == {}
    time.sleep(digestcache.RACY_NS / 1e9 + 0.05)
    digest(data, cache)
    assert len(cache.find({str(data): digests._identity(data.stat())})) == 1


@pytest.mark.usefixtures("patient")
def test_the_same_size_written_right_after(data: Path, cache: DigestCache) -> None:
    for letter in b"bcdefgh":
        data.write_bytes(bytes([letter]) * 10_000)
        assert digest(data, cache) == true_digest(data)


@pytest.mark.usefixtures("patient")
def test_a_rewrite_that_puts_its_time_back_is_noticed(data: Path, cache: DigestCache) -> None:
    digest(data, cache)
    before = data.stat()
    with data.open("r+b") as file:
        file.write(b"changed")
    os.utime(data, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = data.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )
    assert digest(data, cache) == true_digest(data)


@pytest.mark.usefixtures("patient")
def test_another_file_in_its_place_is_noticed(data: Path, cache: DigestCache) -> None:
    digest(data, cache)
    other = data.with_name("other")
    other.write_bytes(b"b" * 10_000)
    before = data.stat()
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(data)
    assert digest(data, cache) == true_digest(data)


@pytest.mark.usefixtures("patient")
def test_the_cache_may_go_at_any_time(data: Path, cache: DigestCache, tmp_path: Path) -> None:
    first = digest(data, cache)
    (tmp_path / "cache" / "digests.sqlite").unlink()
    assert digest(data, cache) == first
    assert digest(data, cache) == first


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"SQLite format 3\0" + b"\xff" * 4096])
def test_rubbish_is_made_anew(
    data: Path,
    cache: DigestCache,
    tmp_path: Path,
    rubbish: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path / "cache" / "digests.sqlite"
    place.parent.mkdir()
    place.write_bytes(rubbish)
    first = digest(data, cache)
    assert first == true_digest(data)
    forbid_reading(monkeypatch)
    assert digest(data, cache) == first


@pytest.mark.usefixtures("patient")
def test_a_cache_of_another_version_is_made_anew(
    data: Path, cache: DigestCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest(data, cache)
    with sqlite3.connect(tmp_path / "cache" / "digests.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    first = digest(data, cache)
    forbid_reading(monkeypatch)
    assert digest(data, cache) == first


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
@pytest.mark.usefixtures("patient")
def test_no_damage_makes_a_wrong_digest(tmp_path: Path, cache: DigestCache, seed: int) -> None:
    place = tmp_path / "cache" / "digests.sqlite"
    place.unlink(missing_ok=True)
    paths = [tmp_path / f"{number}.bin" for number in range(40)]
    for number, path in enumerate(paths):
        if not path.exists():
            path.write_bytes(b"%d" % number * 5000)
    expected = {str(path): true_digest(path) for path in paths}
    digest_files(expected, cache)
    damaged = bytearray(place.read_bytes())
    dice = random.Random(seed)
    for _ in range(dice.choice([1, 8, 64])):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    place.write_bytes(bytes(damaged))
    for _ in range(2):
        found = digest_files(expected, cache)
        assert {path: each.sha256 for path, each in found.items()} == expected  # type: ignore[union-attr]


@pytest.mark.usefixtures("patient")
def test_a_cache_that_cannot_be_written_is_done_without(data: Path, tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    assert digest(data, DigestCache(tmp_path / "in-the-way" / "x.sqlite")) == true_digest(data)
    (tmp_path / "folder.sqlite").mkdir()
    assert digest(data, DigestCache(tmp_path / "folder.sqlite")) == true_digest(data)


@pytest.mark.usefixtures("patient")
def test_while_somebody_else_writes_nobody_waits_long(
    data: Path, cache: DigestCache, tmp_path: Path
) -> None:
    digest(data, cache)
    place = tmp_path / "cache" / "digests.sqlite"
    other = sqlite3.connect(place, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        data.write_bytes(b"b" * 10_000)
        assert digest(data, cache) == true_digest(data)
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert place.exists()


@pytest.mark.usefixtures("patient")
def test_many_at_once(tmp_path: Path, cache: DigestCache) -> None:
    paths = [tmp_path / f"{number}.bin" for number in range(30)]
    for number, path in enumerate(paths):
        path.write_bytes(b"%d" % number * 5000)
    expected = {str(path): true_digest(path) for path in paths}
    wrong: list[object] = []

    def work() -> None:
        for _ in range(5):
            found = digest_files(expected, DigestCache(cache._path))
            wrong.extend(
                path
                for path, sha256 in expected.items()
                if getattr(found[path], "sha256", "") != sha256
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.usefixtures("patient")
def test_a_cache_that_grew_too_large_is_begun_anew(
    data: Path, cache: DigestCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest(data, cache)
    monkeypatch.setattr(digestcache, "LARGEST", 10)
    other = tmp_path / "other.bin"
    other.write_bytes(b"b" * 10_000)
    digest(other, cache)
    assert cache.find({str(data): digests._identity(data.stat())}) == {}
    assert len(cache.find({str(other): digests._identity(other.stat())})) == 1


@pytest.mark.usefixtures("patient")
def test_the_cache_is_for_its_owner_only(data: Path, cache: DigestCache, tmp_path: Path) -> None:
    digest(data, cache)
    assert (tmp_path / "cache" / "digests.sqlite").stat().st_mode & 0o077 == 0
