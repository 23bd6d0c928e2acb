"""Asks one source after the other for a content, and checks what comes."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from whence import plugins
from whence.capture.digests import DigestCache, FileDigest, digest_files
from whence.errors import ReproductionError, StoreError, WhenceError
from whence.model.edge import EdgeKind
from whence.query.account import account_for
from whence.reproduction.interface import FileNeed
from whence.reproduction.sources.interface import Absent, Address, Asked, Offer, Source
from whence.store.interface import Direction, GraphReader
from whence.workspace import Workspace

DOOR = "whence.sources"
ORDER = tuple("objects disk git git-lfs git-annex dvc huggingface s3 lakefs http".split())
"""Ours, the quicker and surer before the others; strangers are asked last."""
_FILE = "file://"
_PLACES = 20
"""Artifacts with one content, and runs that used it, that are looked at."""


@dataclass(frozen=True, slots=True)
class Content:
    """A content that can be had."""

    sha256: str
    source: str
    """Which source has it."""
    where: str
    """Where, for people."""
    is_here: bool
    """Whether it lies on this machine; what does not is checked when it comes."""
    _offer: Offer

    def fetch(self, to: Path) -> None:
        """Make a file with the content; what stood there is replaced.

        Raises:
            ReproductionError: what came is something else, or nothing came; ``to`` is as it was.
        """
        temporary = to.with_name(f".{to.name[:100]}-{os.urandom(8).hex()}")
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            self._offer.write(temporary)
            with temporary.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != self.sha256:
                raise ReproductionError(
                    f"{self.where} holds {found[:12]}… now, not {self.sha256[:12]}…",
                    hint="it was changed there; keep a copy of what the run read",
                )
            temporary.replace(to)
        except (OSError, StoreError) as error:
            raise ReproductionError(f"{self.where} gave nothing: {_reason(error)}") from error
        finally:
            with suppress(OSError):
                temporary.unlink()


@dataclass(frozen=True, slots=True)
class Missing:
    """A content that no source can give."""

    reason: str
    tries: tuple[str, ...]
    """What could bring it, most likely first."""

    @property
    def told(self) -> str:
        """In a sentence: why, and what to try."""
        return f"{self.reason}: {self.tries[0]}" if self.tries else self.reason


def find_content(
    workspace: Workspace, need: FileNeed, reader: GraphReader | None = None
) -> Content | Missing:
    """Where a content can be had: what lies on this machine first, in the order of the sources.

    Args:
        workspace: Whose objects and record are looked at.
        need: The file that held it.
        reader: The moment of the record that the caller looks at, if it does; there is one at most.
    """
    if need.sha256 is None:
        return Missing("the record does not know what it held", ("keep it, and run again",))
    with workspace.reading() if reader is None else nullcontext(reader) as moment:
        asked = _asked(moment, need, need.sha256, workspace)
    offers, absent = [], []
    for source in _sources():
        try:
            found = source.find(asked)
        except (OSError, WhenceError) as error:
            found = Absent(f"{source.NAME} cannot be asked: {_reason(error)}", "")
        if isinstance(found, Offer) and found.is_here:
            return Content(need.sha256, source.NAME, found.where, True, found)
        if isinstance(found, Offer):
            offers.append((source.NAME, found))
        elif found is not None:
            absent.append(found)
    for name, offer in offers[:1]:
        return Content(need.sha256, name, offer.where, False, offer)
    if not absent:
        what = "it is not kept, and none of the places where it was met holds it any more"
        return Missing(what, (f"put the file back at {need.path}",))
    tries = tuple(dict.fromkeys(each.remedy for each in absent if each.remedy))
    return Missing("; ".join(each.reason for each in absent), tries)


def _sources() -> Iterator[Source]:
    for name in plugins.names(DOOR, ORDER):
        found = plugins.load(DOOR, name)
        if found is not None:
            yield found


def _asked(reader: GraphReader, need: FileNeed, sha256: str, workspace: Workspace) -> Asked:
    paths, addresses, commits = [Path(need.path)], [], []
    handles = reader.with_digest(sha256)[:_PLACES]
    for handle in handles:
        (node,) = reader.nodes([handle])
        location = node.location or ""
        if location.startswith(_FILE):
            paths.append(Path(os.fsdecode(unquote_to_bytes(location[len(_FILE) :]))))
        elif location:
            facts = account_for(reader, handle).said("remote")
            addresses.append(Address(location, facts))
        for link in reader.links([handle], Direction.EFFECTS)[-_PLACES:]:
            if link.kind is EdgeKind.USED:
                commit = account_for(reader, link.origin).said("code").get("commit")
                commits += [commit] if isinstance(commit, str) else []
    return Asked(
        sha256,
        need.size,
        tuple(dict.fromkeys(paths)),
        tuple(dict.fromkeys(commits)),
        tuple({each.uri: each for each in addresses}.values()),
        workspace.objects,
        _checker(workspace, sha256, need.size),
    )


def _checker(workspace: Workspace, sha256: str, size: int | None) -> Callable[[Path], bool]:
    cache = DigestCache(workspace.folder / "cache" / "digests.sqlite")

    def holds(path: Path) -> bool:
        if size is not None and path.stat().st_size != size:
            return False
        place = os.fspath(path)
        told = digest_files([place], cache)[place]
        return isinstance(told, FileDigest) and told.sha256 == sha256

    return holds


def _reason(error: Exception) -> str:
    if isinstance(error, WhenceError):
        return error.message
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
