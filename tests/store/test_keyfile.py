import os
import threading
from pathlib import Path

from whence.store.keyfile import write_once


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.key"
    write_once(path, "secret")
    assert path.read_text() == "secret\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_whoever_comes_second_finds_the_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    words = [str(number) for number in range(8)]
    threads = [threading.Thread(target=write_once, args=(path, word)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = path.read_text()
    write_once(path, "later")
    assert path.read_text() == kept
    assert kept.strip() in words
    assert os.listdir(tmp_path) == ["a.key"]  # noqa: PTH208  hidden files count
