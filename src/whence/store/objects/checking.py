"""Are all contents there that records count on, and each as it was put?"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from whence.errors import StoreCorruptError, StoreError
from whence.store.objects.coding import decode
from whence.store.objects.inventory import read_inventory
from whence.store.objects.layout import LIST
from whence.store.objects.listing import read_list
from whence.store.objects.vault import ObjectStore

_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class ObjectFault:
    """One thing that is not as it should be."""

    sha256: str
    """The content; empty where the fault is of no single one."""
    where: str
    """The file."""
    what: str


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """What a check of all contents came to."""

    contents: int
    bytes: int
    """Of all files that were read."""
    faults: tuple[ObjectFault, ...]


def check_objects(
    objects: ObjectStore, progress: Callable[[int], object] = lambda _: None
) -> ObjectReport:
    """Read every file, and compare with its name; nothing is changed.

    Args:
        objects: What is checked.
        progress: Told now and then how many bytes were read.

    Raises:
        StoreError: the folder cannot be looked into.
    """
    check = _Check(objects, progress)
    try:
        faults = tuple(check.faults())
    except OSError as error:
        raise StoreError(
            f"{objects.folder} cannot be read: {error.strerror}", hint="check who may read it"
        ) from error
    return ObjectReport(check.contents, check.bytes, faults)


class _Check:
    def __init__(self, objects: ObjectStore, progress: Callable[[int], object]) -> None:
        self._objects = objects
        self._progress = progress
        self.contents = 0
        self.bytes = 0

    def faults(self) -> Iterator[ObjectFault]:
        needed, sound = defaultdict(set), set()
        for sha256, path in self._objects.layout.contents():
            self.contents += 1
            if path.suffix != LIST:
                yield from self._damaged(sha256, path)
                continue
            try:
                for piece in read_list(self._read(path)):
                    needed[piece.sha256].add(sha256)
            except ValueError as error:
                yield ObjectFault(sha256, str(path), f"is damaged: {error}")
        for piece_of, path in self._objects.layout.pieces():
            faults = list(self._damaged(piece_of, path))
            owners = sorted(needed.get(piece_of, ())) or [""]
            yield from (
                ObjectFault(each, fault.where, fault.what) for fault in faults for each in owners
            )
            sound.add(piece_of)
        for piece_of, owners_of in needed.items():
            if piece_of not in sound:
                where = str(self._objects.layout.piece(piece_of, ""))
                yield from (
                    ObjectFault(each, where, "is gone, a piece of a content")
                    for each in sorted(owners_of)
                )
        yield from self._missing()

    def _missing(self) -> Iterator[ObjectFault]:
        try:
            counted_on = read_inventory(self._objects.folder)
        except StoreCorruptError as error:
            yield ObjectFault("", str(self._objects.folder / "inventory"), error.message)
            return
        for sha256 in sorted(counted_on):
            if not self._objects.has(sha256):
                where = str(self._objects.layout.content(sha256, ""))
                yield ObjectFault(sha256, where, "is gone, and records count on it")

    def _damaged(self, sha256: str, path: Path) -> Iterator[ObjectFault]:
        try:
            if path.suffix == "":
                found = self._digest(path)
            else:
                found = hashlib.sha256(decode(path.suffix, self._read(path))).hexdigest()
        except ValueError as error:
            yield ObjectFault(sha256, str(path), f"is damaged: {error}")
        except (StoreError, OSError) as error:
            yield ObjectFault(sha256, str(path), f"cannot be read: {error}")
        else:
            if found != sha256:
                yield ObjectFault(sha256, str(path), f"is damaged: it holds {found[:12]}…")

    def _digest(self, path: Path) -> str:
        told = hashlib.sha256()
        with path.open("rb") as file:
            while data := file.read(_BUFFER):
                told.update(data)
                self._count(len(data))
        return told.hexdigest()

    def _read(self, path: Path) -> bytes:
        data = path.read_bytes()
        self._count(len(data))
        return data

    def _count(self, length: int) -> None:
        self.bytes += length
        self._progress(self.bytes)
