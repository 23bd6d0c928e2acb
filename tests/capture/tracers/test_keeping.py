import hashlib
import os
from pathlib import Path

import pytest

from whence.capture.tracers import keeping
from whence.capture.tracers.keeping import Keeper
from whence.capture.tracers.places import state


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text("content")
    return path


def test_what_was_read_is_hashed_before_it_is_overwritten_and_once(file: Path) -> None:
    keeper, stat = Keeper(), state(file.stat())
    keeper.note_read(str(file), stat)
    name = str(file)
    assert keeper.before_change(name, stat, truncated=True) == (name, _sha256("content"))
    assert keeper.before_change(name, stat, truncated=True) == ("", "")


def test_what_is_changed_in_place_counts_as_read(file: Path) -> None:
    stat = state(file.stat())
    name = str(file)
    assert Keeper().before_change(name, stat, truncated=False) == (name, _sha256("content"))
    assert Keeper().before_change(name, stat, truncated=True) == ("", "")
    assert Keeper().before_change(name, None, truncated=False) == ("", "")


def test_a_removed_file_is_held_open(file: Path) -> None:
    keeper, stat = Keeper(), state(file.stat())
    keeper.note_read(str(file), stat)
    assert keeper.before_removal(str(file), stat) == (str(file), "fd")
    file.unlink()
    fd = keeper.held[str(file)]
    assert os.read(fd, 100) == b"content"
    os.close(fd)


def test_it_is_told_by_the_name_that_it_was_read_by(file: Path) -> None:
    keeper, stat = Keeper(), state(file.stat())
    other = file.parent / "other"
    os.link(file, other)
    keeper.note_read(str(other), stat)
    assert keeper.before_change(str(file), stat, truncated=True)[0] == str(other)


def test_what_the_run_made_is_not_kept(file: Path) -> None:
    keeper, stat = Keeper(), state(file.stat())
    keeper.before_change(str(file), None, truncated=False)
    keeper.note_read(str(file), stat)
    assert keeper.before_removal(str(file), stat) == ("", "")


def test_limits_are_told_as_loss_or_mended_by_hashing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat, name = state(file.stat()), str(file)
    monkeypatch.setattr(keeping, "HELD_OPEN", 0)
    keeper = Keeper()
    keeper.note_read(name, stat)
    assert keeper.before_removal(name, stat) == (name, _sha256("content"))
    monkeypatch.setattr(keeping, "HASHED_AT_ONCE", 3)
    keeper.note_read(name, stat)
    assert "too big" in keeper.before_removal(name, stat)[1]


def test_a_change_from_outside_is_noticed(file: Path) -> None:
    keeper, stat = Keeper(), state(file.stat())
    keeper.note_read(str(file), stat)
    file.write_text("changed by another")
    kept = keeper.before_change(str(file), state(file.stat()), truncated=True)
    assert "from outside" in kept[1]


def test_a_moved_folder_takes_its_files_along() -> None:
    keeper = Keeper()
    keeper.before_change("/a/b/c", None, truncated=False)
    keeper.moved("/a", "/z")
    assert keeper.made("/z/b/c")
    assert not keeper.made("/a/b/c")
