"""zip, tar and gzip: member by member, each as a file of its own."""

import gzip
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from whence.errors import ReproductionError
from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.loading import LARGEST, too_large
from whence.reproduction.comparing import compare_files
from whence.reproduction.interface import Comparison, Likeness, Pair

_DEEPEST = 3
_MOST = 20_000
_AT_ONCE = 1 << 20
_deep: ContextVar[int] = ContextVar("deep", default=0)


class ArchiveComparer:
    """Members by name; times, owners, order and packing say nothing."""

    name = "archive"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes."""
        del name
        return head.startswith((b"PK\3\4", b"PK\5\6")) or head[257:262] == b"ustar"

    def compare(self, pair: Pair) -> Comparison:
        """The least alike of its members tells."""
        with _deeper(), unpacked(pair.recorded) as one, unpacked(pair.again) as other:
            return compare_members(self.name, one, other, pair)


class GzipComparer:
    """What is in it; the name and time in front say nothing."""

    name = "gzip"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes (RFC 1952)."""
        del name
        return head.startswith(b"\x1f\x8b")

    def compare(self, pair: Pair) -> Comparison:
        """As the file that was packed."""
        with _deeper(), tempfile.TemporaryDirectory(prefix="whence-gzip-") as folder:
            plain = [Path(folder, each) for each in ("recorded", "again")]
            for packed, target in zip((pair.recorded, pair.again), plain, strict=True):
                with gzip.open(packed, "rb") as source:
                    _copy(source, target, LARGEST)
            name = inner_name(pair.name)
            one, other = (Members({name: each}) for each in plain)
            return compare_members(self.name, one, other, pair)


def inner_name(name: str) -> str:
    """What a packed file would be called without its packing."""
    lower = name.lower()
    if lower.endswith(".tgz"):
        return name[:-4] + ".tar"
    return name[: -len(".gz")] if lower.endswith(".gz") else name


@dataclass(slots=True)
class Members:
    """What was in an archive: each file as it is now, each link by where it leads."""

    files: dict[str, Path] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


@contextmanager
def unpacked(path: Path) -> Iterator[Members]:
    """The members of an archive, under names of ours in a folder that goes away.

    Raises:
        ReproductionError: it is too large, or has too many.
    """
    with tempfile.TemporaryDirectory(prefix="whence-archive-") as folder:
        yield _unpack(path, Path(folder))


def _unpack(path: Path, folder: Path) -> Members:
    found = Members()
    left = LARGEST
    reader = _zip_members if zipfile.is_zipfile(path) else _tar_members
    for at, (name, link, source) in enumerate(reader(path)):
        if at >= _MOST:
            raise ReproductionError(f"an archive of more than {_MOST:,} members")
        if source is None:
            found.links[name] = link
            continue
        # Never under the member's own name, which may lead anywhere.
        target = folder / str(at)
        with source:
            left -= _copy(source, target, left)
        found.files[name] = target
    return found


def _zip_members(path: Path) -> Iterator[tuple[str, str, IO[bytes] | None]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                yield member.filename, "", archive.open(member)


def _tar_members(path: Path) -> Iterator[tuple[str, str, IO[bytes] | None]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isreg():
                yield member.name, "", archive.extractfile(member)
            elif not member.isdir():
                yield member.name, f"{member.type!r} {member.linkname}", None


def _copy(source: Any, target: Path, left: int) -> int:
    copied = 0
    with target.open("wb") as file:
        while block := source.read(_AT_ONCE):
            copied += len(block)
            if copied > left:
                raise too_large()
            file.write(block)
    return copied


@contextmanager
def _deeper() -> Iterator[None]:
    deep = _deep.get()
    if deep >= _DEEPEST:
        raise ReproductionError(f"archives in archives, more than {_DEEPEST} deep")
    token = _deep.set(deep + 1)
    try:
        yield
    finally:
        _deep.reset(token)


def compare_members(comparer: str, one: Members, other: Members, pair: Pair) -> Comparison:
    """How alike two lots of files are: as the least alike of them."""
    names = one.files.keys() | one.links.keys()
    if gone := sorted(names ^ (other.files.keys() | other.links.keys())):
        verb = "is gone" if gone[0] in names else "is new"
        more = f", and {len(gone) - 1:,} more come or go" if len(gone) > 1 else ""
        return Comparison(Likeness.DIFFERENT, comparer, f"the member {gone[0]} {verb}{more}")
    if one.links != other.links:
        return Comparison(Likeness.DIFFERENT, comparer, "a link in it leads elsewhere")
    worst = Comparison(Likeness.CANONICAL, comparer)
    harmless: dict[str, None] = {HARMLESS["archive-times"].what: None}
    order = list(Likeness)
    for name, path in one.files.items():
        found = compare_files(
            path,
            other.files[name],
            name=name,
            sandbox=pair.sandbox,
            evaluation=pair.evaluation,
        )
        harmless |= dict.fromkeys(found.harmless)
        if order.index(found.likeness) > order.index(worst.likeness):
            reason = f"{name}: {found.reason}" if len(one.files) > 1 else found.reason
            worst = replace(found, comparer=f"{comparer}, {found.comparer}", reason=reason)
    return replace(worst, harmless=tuple(harmless))
