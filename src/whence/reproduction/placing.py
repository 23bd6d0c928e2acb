"""Putting files where a program expects them, without touching what really lies there."""

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from whence.errors import ReproductionError
from whence.reproduction.checkout import BORROWED
from whence.reproduction.namespace import Mount
from whence.reproduction.whereabouts import Source, Whereabouts

SHOWN = 64 << 20
"""Bytes from which a file that is only read is shown in its new place rather than copied."""

_LARGEST_SOURCE = 1 << 20
_STEERING = frozenset(".py .sh .bash .r .jl .pl .yaml .yml .json .toml .cfg .ini .env".split())
"""What the names of files end in that tell a program where to write."""

_NEVER_LAYERED = ("/proc", "/sys", "/dev", "/")


@dataclass(slots=True)
class Layout:
    """Where things lie while a program runs."""

    mounts: list[Mount] = field(default_factory=list)
    """To be made, in order, inside the private view."""
    layers: dict[str, Path] = field(default_factory=dict)
    """Folder outside the workspace → what is written below it."""


class Place:
    """A tree that stands for a workspace, and layers over what lies outside of it.

    Args:
        tree: The folder that stands for ``root``.
        aside: Where layers lie.
        root: The workspace as the run knew it.
        private: Whether the program will see the tree at ``root`` itself.
    """

    def __init__(self, tree: Path, aside: Path, root: str, *, private: bool) -> None:
        self.tree = tree
        self.root = root.rstrip("/")
        self.private = private
        self.borrowed: Path | None = None
        """The objects of the real repository, where the tree has one of its own."""
        self._aside = aside
        self._put: dict[str, str] = {}
        """Path → content, of all that was put here."""
        self._layers: dict[str, Path] = {}

    def inside(self, path: str) -> Path | None:
        """Where a path below the workspace really lies; ``None`` for one outside."""
        if path == self.root:
            return self.tree
        if not path.startswith(self.root + "/"):
            return None
        place = self.tree / path[len(self.root) + 1 :]
        if ".." in place.parts:
            raise ReproductionError(f"{path} leads out of its folder")
        return place

    def real(self, path: str) -> Path:
        """Where the program's file of this path really lies when it has ended."""
        inside = self.inside(path)
        if inside is not None:
            return inside
        for folder, layer in self._layers.items():
            if path.startswith(folder + "/"):
                over = layer / "upper" / path[len(folder) + 1 :]
                if over.exists():
                    return over
        return Path(path)

    def fill(
        self,
        files: Mapping[str, str | bytes],
        whereabouts: Whereabouts,
        written: Iterable[str],
        moment: float | None,
    ) -> Layout:
        """Put files, in the order of their names, and take away what was put here before.

        Args:
            files: Path → SHA-256, or content.
            whereabouts: Finds contents.
            written: Paths that the program will write, as far as is known.
            moment: When they are said to have been changed last, in seconds since 1970.

        Raises:
            ReproductionError: a content is not at hand, or cannot be put there.
        """
        layout = Layout(layers=self._layers)
        writes = set(written)
        for path in self._put.keys() - files.keys():
            inside = self.inside(path)
            if inside is not None:
                inside.unlink(missing_ok=True)
            del self._put[path]
        for path in sorted(files):
            self._put_one(path, files[path], whereabouts, layout, path in writes, moment)
        for path in sorted(writes):
            # A program that made its own folder finds it there, as at every time but the first.
            target = self.inside(path) or self._layer_for(path)
            target.parent.mkdir(parents=True, exist_ok=True)
        layout.mounts += [
            Mount(folder, folder, layer=str(layer)) for folder, layer in self._layers.items()
        ]
        return layout

    def _put_one(
        self,
        path: str,
        wanted: str | bytes,
        whereabouts: Whereabouts,
        layout: Layout,
        written: bool,
        moment: float | None,
    ) -> None:
        target = self.inside(path)
        if target is None:
            if isinstance(wanted, str) and whereabouts.find_at(wanted, path):
                return
            target = self._layer_for(path)
        if isinstance(wanted, bytes):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(wanted)
        else:
            if self._put.get(path) == wanted and whereabouts.find_at(wanted, os.fspath(target)):
                return
            source = whereabouts.find(wanted, [path])
            if source is None:
                raise ReproductionError(
                    f"the recorded content of {path} is nowhere to be had",
                    hint="`whence reproduce --plan` says where it looked",
                )
            if self._can_be_shown(source, path, written=written):
                assert source.path is not None
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                target.touch()
                layout.mounts.append(
                    Mount(os.fspath(source.path), os.fspath(target), read_only=True)
                )
                return
            try:
                whereabouts.put(source, target)
            except ReproductionError:
                # A kept content may be damaged; the file itself may still lie where it was.
                other = whereabouts.find_on_disk(wanted, [path]) if source.path is None else None
                if other is None:
                    raise
                whereabouts.put(other, target)
            self._put[path] = wanted
        self._put.setdefault(path, "")
        if moment is not None:
            with suppress(OSError):
                os.utime(target, (moment, moment))

    def _can_be_shown(self, source: Source, path: str, *, written: bool) -> bool:
        return (
            self.private
            and not written
            and source.path is not None
            and self.inside(path) is not None
            and source.path.stat().st_size > SHOWN
        )

    def naming(self, paths: Iterable[str]) -> list[str]:
        """Those of these files that steer a program and name the real workspace by its path."""
        wanted = os.fsencode(f"{self.root}/")
        found = []
        for path in paths:
            place = self.inside(path)
            if place is None or place.suffix.lower() not in _STEERING or not place.is_file():
                continue
            if place.stat().st_size <= _LARGEST_SOURCE and wanted in place.read_bytes():
                found.append(path)
        return found

    def made(self, paths: Iterable[str]) -> None:
        """A program wrote these: what was put there is gone, what is there is its own."""
        for path in paths:
            self._put.pop(path, None)

    def clear(self, paths: Iterable[str]) -> None:
        """Take away what programs wrote, with the folders that are empty then."""
        for path in paths:
            inside = self.inside(path)
            if inside is None:
                inside = self.real(path)
                if not inside.is_relative_to(self._aside):
                    continue
            inside.unlink(missing_ok=True)
            for folder in inside.parents:
                if folder in {self.tree, self._aside} or not folder.is_relative_to(self.tree):
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break

    def show(self, layout: Layout, folder: Path, *, read_only: bool = False) -> None:
        """Let a real folder be seen in its own place, although the tree stands around it."""
        target = self.inside(os.fspath(folder))
        if target is not None and target != self.tree:
            target.mkdir(parents=True, exist_ok=True)
            layout.mounts.append(Mount(os.fspath(folder), os.fspath(target), read_only=read_only))

    def show_borrowed(self, layout: Layout) -> None:
        """Let git find the real objects where the tree's own repository borrows them."""
        place = self.tree / ".git" / BORROWED
        if self.borrowed is None or not place.parent.is_dir():
            return
        if place.is_symlink():
            place.unlink()
            place.mkdir()
        layout.mounts.append(Mount(os.fspath(self.borrowed), os.fspath(place), read_only=True))

    def hide_borrowed(self) -> None:
        """Let git find them from outside again, where there is no private view."""
        place = self.tree / ".git" / BORROWED
        if self.borrowed is not None and place.is_dir() and not place.is_symlink():
            place.rmdir()
            place.symlink_to(self.borrowed)

    # -------------------------------------------------------------------- outside

    def _folder_over(self, path: str) -> str:
        """The nearest folder above a path that is really there."""
        folder = os.path.dirname(path)  # noqa: PTH120
        while not os.path.isdir(folder):  # noqa: PTH112
            folder = os.path.dirname(folder)  # noqa: PTH120
        for known in self._layers:
            if f"{folder}/".startswith(known + "/"):
                return known
        return folder

    def _layer_for(self, path: str) -> Path:
        """Where a file outside the workspace lies in the layer over its folder."""
        layer = self._cover(path)
        return layer / "upper" / os.path.relpath(path, self._folder_over(path))

    def _cover(self, path: str) -> Path:
        """A layer over the folder of a path outside the workspace."""
        if not self.private:
            raise ReproductionError(
                f"{path} lies outside the workspace, and nothing can be put over it here",
                hint="a private view of the files needs Linux, and root or user namespaces",
            )
        folder = self._folder_over(path)
        if folder in _NEVER_LAYERED or folder.startswith(("/proc/", "/sys/", "/dev/")):
            raise ReproductionError(
                f"there is no folder for {path}", hint="make the folder, or name it relatively"
            )
        if folder not in self._layers:
            layer = self._aside / str(len(self._layers))
            (layer / "upper").mkdir(parents=True)
            (layer / "work").mkdir()
            shutil.copymode(folder, layer / "upper")
            self._layers[folder] = layer
        return self._layers[folder]
