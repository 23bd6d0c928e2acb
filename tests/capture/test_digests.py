import hashlib
import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.capture import digests
from whence.capture.digestcache import DigestCache
from whence.capture.digests import FileDigest, digest_files
from whence.model.gap import Gap

SIZES = [0, 1, 1023, 4095, 4096, 4097, 65536, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def reason_of(answer: FileDigest | Gap) -> str:
    assert isinstance(answer, Gap)
    assert answer.kind == "content-unknown"
    return answer.reason


@pytest.mark.parametrize("size", SIZES)
def test_the_digest_is_that_of_the_bytes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(data)
    assert digest_files([str(path)]) == {str(path): FileDigest(sha256(data), size)}


def test_files_of_all_sizes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "_WORTH_A_THREAD", 1)
    expected = {}
    for number, size in enumerate(SIZES * 3):
        path, data = tmp_path / str(number), os.urandom(size)
        path.write_bytes(data)
        expected[str(path)] = FileDigest(sha256(data), size)
    assert digest_files(expected) == expected


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=9000), max_size=12))
def test_any_contents(tmp_path: Path, contents: list[bytes]) -> None:
    paths = []
    for number, data in enumerate(contents):
        path = tmp_path / str(number)
        path.write_bytes(data)
        paths.append(str(path))
    found = digest_files(paths)
    assert [found[path] for path in paths] == [FileDigest(sha256(d), len(d)) for d in contents]


@pytest.mark.parametrize("size", [10, 10_000])
def test_an_open_file_is_read_from_its_start_and_stays_as_it_is(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "gone"
    path.write_bytes(data)
    with path.open("rb") as file:
        path.unlink()
        file.seek(7)
        fd = file.fileno()
        os.lseek(fd, 7, os.SEEK_SET)
        assert digest_files([fd]) == {fd: FileDigest(sha256(data), size)}
        assert os.lseek(fd, 0, os.SEEK_CUR) == 7


def test_a_path_and_an_open_file_together(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a")
    with path.open("rb") as file:
        found = digest_files([str(path), file.fileno()])
    assert len(found) == 2
    assert len(set(found.values())) == 1


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a")
    link = tmp_path / "link"
    link.symlink_to("file")
    assert digest_files([str(link)]) == {str(link): FileDigest(sha256(b"a"), 1)}


def test_what_is_no_file_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, folder, listening = tmp_path / "pipe", tmp_path / "folder", tmp_path / "socket"
    os.mkfifo(pipe)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(listening))

        def refuse(*words: object) -> int:
            pytest.fail(f"opened {words}")

        monkeypatch.setattr(os, "open", refuse)
        found = digest_files([str(pipe), str(folder), str(listening), "/dev/null"])
    assert [reason_of(each) for each in found.values()] == [
        "it is a named pipe",
        "it is a folder",
        "it is a socket",
        "it is a device",
    ]


def test_a_pipe_that_takes_a_files_place_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5000)
    real = os.open

    def swap(place: str, flags: int) -> int:
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        return real(place, flags)

    monkeypatch.setattr(os, "open", swap)
    assert "no file" in reason_of(digest_files([str(path)])[str(path)])


def test_gone_forbidden_and_impossible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, closed = str(tmp_path / "gone"), tmp_path / "closed"
    closed.write_bytes(b"x")
    real = os.open

    def refuse(place: str, flags: int) -> int:
        if place == str(closed):
            raise PermissionError(13, "Permission denied")
        return real(place, flags)

    monkeypatch.setattr(os, "open", refuse)  # root may read everything
    found = digest_files([gone, str(closed), "a\0b", 987_654])
    assert reason_of(found[gone]) == "it is gone"
    assert reason_of(found[str(closed)]) == "it may not be read"
    assert "null" in reason_of(found["a\0b"])
    assert "Bad file descriptor" in reason_of(found[987_654])


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    gap = digest_files([path])[path]
    assert isinstance(gap, Gap)
    assert gap.about.endswith("/\\xff")
    Path(path).write_bytes(b"a" * 5000)
    cache = DigestCache(tmp_path / "cache.sqlite")
    assert digest_files([path], cache) == {path: FileDigest(sha256(b"a" * 5000), 5000)}


class Writer:
    """Somebody who writes to a file between two of our reads of it."""

    def __init__(self, path: Path, times: int) -> None:
        self._path, self.left = path, times
        self._real_read, self._real_preadv = os.read, os.preadv

    def read(self, fd: int, size: int) -> bytes:
        data = self._real_read(fd, size)
        self._write()
        return data

    def preadv(self, fd: int, buffers: Sequence[bytearray], at: int) -> int:
        count = self._real_preadv(fd, buffers, at)
        if count == 0:
            self._write()
        return count

    def _write(self) -> None:
        if self.left:
            self.left -= 1
            with self._path.open("r+b") as file:
                file.write(b"new %d" % self.left)
            os.utime(self._path, ns=(self.left, self.left))


@pytest.mark.parametrize("size", [100, 10_000])
def test_a_file_that_changes_once_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    writer = Writer(path, 1)
    monkeypatch.setattr(os, "read", writer.read)
    monkeypatch.setattr(os, "preadv", writer.preadv)
    found = digest_files([str(path)])
    assert writer.left == 0
    assert found == {str(path): FileDigest(sha256(path.read_bytes()), size)}


@pytest.mark.parametrize("size", [100, 10_000])
def test_a_file_that_keeps_changing_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    writer = Writer(path, 100)
    monkeypatch.setattr(os, "read", writer.read)
    monkeypatch.setattr(os, "preadv", writer.preadv)
    assert "kept changing" in reason_of(digest_files([str(path)])[str(path)])
    assert writer.left > 90


def test_progress_is_told_here_and_ends_where_it_should(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "_TELL_EVERY", 0.0)
    monkeypatch.setattr(digests, "_WORTH_A_THREAD", 1)
    paths = []
    for number, size in enumerate([10] * 300 + [2_000_000] * 3):
        path = tmp_path / str(number)
        path.write_bytes(b"x" * size)
        paths.append(str(path))
    told: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        threads.add(threading.get_ident())

    digest_files(paths, progress=progress)
    assert threads == {threading.get_ident()}
    assert all(0 <= done <= total for done, total in told)
    assert told[-1][1] == 10 * 300 + 2_000_000 * 3


def test_an_interrupt_ends_the_helpers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "_TELL_EVERY", 0.0)
    monkeypatch.setattr(digests, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(digests, "_BUFFER", 4096)
    paths = [str(tmp_path / str(number)) for number in range(8)]
    for path in paths:
        Path(path).write_bytes(b"x" * 2_000_000)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digest_files(paths, progress=interrupt)
    helpers = [each for each in threading.enumerate() if each.name == "whence-digest"]
    for each in helpers:
        each.join(10)
        assert not each.is_alive()
