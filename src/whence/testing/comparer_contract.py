"""What every comparer must do.

Subclass, say how your comparer is made and give it files, and pytest does the rest::

class TestMyComparer(ComparerContract):
    name = "model.mine"

    def make_comparer(self):
        return MyComparer()

    def alike(self):
        return b"...", b"..."   # other bytes, same meaning

    def different(self):
        return b"...", b"..."   # another meaning
"""
# ruff: noqa: D102  a test's name is its sentence

import json
from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from whence.reproduction.comparing import HEAD
from whence.reproduction.interface import Comparer, Comparison, Likeness, Pair

_ALIKE = frozenset(Likeness) - {Likeness.BYTES, Likeness.DIFFERENT, Likeness.UNREAD}


class ComparerContract(ABC):
    """The promises of ``whence.reproduction.interface.Comparer``, one test each."""

    name: str
    """What a program would call such a file."""

    @abstractmethod
    def make_comparer(self) -> Comparer:
        """The comparer under test."""

    @abstractmethod
    def alike(self) -> tuple[bytes, bytes]:
        """Two files with other bytes and the same meaning."""

    @abstractmethod
    def different(self) -> tuple[bytes, bytes]:
        """Two files with another meaning."""

    def pair(self, folder: Path, files: tuple[bytes, bytes]) -> Pair:
        """Two files on disk, under names that tell nothing."""
        paths = folder / "recorded", folder / "again"
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        return Pair(*paths, self.name)

    def compare(self, folder: Path, files: tuple[bytes, bytes]) -> Comparison:
        """What the comparer says of two files."""
        return self.make_comparer().compare(self.pair(folder, files))

    def test_it_takes_its_own_files(self) -> None:
        comparer = self.make_comparer()
        for data in (*self.alike(), *self.different()):
            assert comparer.takes(self.name, data[:HEAD])

    def test_it_does_not_take_everything(self) -> None:
        assert not self.make_comparer().takes("noise", bytes(range(256)))
        assert not self.make_comparer().takes("noise", b"\0")

    def test_what_means_the_same_is_alike(self, tmp_path: Path) -> None:
        one, other = self.alike()
        assert one != other
        assert self.compare(tmp_path, (one, other)).likeness in _ALIKE
        assert self.compare(tmp_path, (other, one)).likeness in _ALIKE

    def test_what_means_something_else_is_different_and_says_where(self, tmp_path: Path) -> None:
        one, other = self.different()
        for files in ((one, other), (other, one)):
            found = self.compare(tmp_path, files)
            assert found.likeness is Likeness.DIFFERENT
            assert found.reason
            json.dumps(dict(found.detail), allow_nan=False)

    def test_it_signs_its_answer(self, tmp_path: Path) -> None:
        comparer = self.make_comparer()
        assert comparer.name
        assert comparer.name in self.compare(tmp_path, self.alike()).comparer

    def test_it_says_what_it_left_aside(self, tmp_path: Path) -> None:
        found = self.compare(tmp_path, self.alike())
        if found.likeness is Likeness.CANONICAL:
            assert found.harmless
        else:
            assert found.reason

    @pytest.mark.parametrize("part", [0, 1, 7, 0.3, 0.5, 0.9])
    def test_a_file_cut_short_is_never_alike(self, tmp_path: Path, part: float) -> None:
        one, other = self.different()
        size = int(part if part >= 1 else part * len(other))
        try:
            found = self.compare(tmp_path, (one, other[:size]))
        except Exception:  # noqa: BLE001  to fail is an answer too: then nobody could look
            return
        assert found.likeness not in _ALIKE

    def test_it_leaves_the_files_as_they_are(self, tmp_path: Path) -> None:
        folder = tmp_path / "files"
        folder.mkdir()
        files = self.alike()
        self.compare(folder, files)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == dict(
            zip(("recorded", "again"), files, strict=True)
        )
