"""Clearing away kept contents that nothing needs any more.

What is needed is what the roots come from: a table of functions, each of which tells some of the
things that must be possible to make again.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whence.capture.session import START
from whence.errors import StoreError
from whence.homecoming.sessions import running
from whence.homecoming.spool import Spool
from whence.model.line import VERSION_KINDS
from whence.model.moment import stamp
from whence.model.node import NodeKind
from whence.model.run import REPLAYS
from whence.query.account import account_for
from whence.query.contents import digests, measuring, reach
from whence.query.deployments import all_deployments
from whence.query.holding import held_things
from whence.store.interface import Direction, Reader
from whence.store.objects.sweeping import Swept, sweep
from whence.workspace import Workspace

_ALL = 1 << 40
_BATCH = 500
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_REST = 62
"""Characters of a digest in a file's name; two are its folder's."""


@dataclass(frozen=True, slots=True)
class Root:
    """One thing that must be possible to make again."""

    handle: int
    why: str
    """``delay@3 is registered``."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What roots are asked about."""

    reader: Reader
    since: str
    """Runs that ended later than this are recent; RFC 3339."""


def _registered(moment: Moment) -> Iterator[Root]:
    for kind in VERSION_KINDS:
        handles = moment.reader.latest(kind, _ALL)
        for handle, node in zip(handles, moment.reader.nodes(handles), strict=True):
            yield Root(handle, f"{node.name} is registered")


def _deployed(moment: Moment) -> Iterator[Root]:
    """What has ended too: somebody may still ask why it predicted what it did."""
    for each in all_deployments(moment.reader):
        its = each.serving
        word = "serves" if its.is_live() else "served"
        yield Root(each.handle, f"{each.version.name} {word} in {its.environment}")


def _held(moment: Moment) -> Iterator[Root]:
    for each in held_things(moment.reader):
        yield Root(each.handle, f"it is held by {each.by}: {each.reason}")


def _recent(moment: Moment) -> Iterator[Root]:
    before: int | None = None
    while batch := moment.reader.latest(NodeKind.RUN, _BATCH, before=before):
        is_over = True
        for handle, node in zip(batch, moment.reader.nodes(batch), strict=True):
            told = account_for(moment.reader, handle).said("outcome")
            when = told.get("ended_at") or told.get("started_at") or ""
            if when >= moment.since:
                is_over = False
                yield Root(handle, f"run {node.id[:8]} ended {when[:10]}")
        if is_over:
            return  # they were recorded in about the order in which they ended
        before = batch[-1]


ROOTS: tuple[Callable[[Moment], Iterator[Root]], ...] = (_registered, _deployed, _held, _recent)
"""Who says what must stay; each stands for itself."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was, or would be, cleared away."""

    swept: Swept
    names: dict[str, list[str]]
    """How the record calls each content that goes."""
    sizes: dict[str, int]
    going_on: int
    """Runs that go on; nothing goes that was kept since the first of them began."""
    fingerprints: int
    """Files with fingerprints of tables, of contents that nothing needs."""
    fingerprint_bytes: int

    def as_json(self, *, is_plan: bool) -> dict[str, Any]:
        """As ``whence gc --json`` prints it."""
        return {
            "plan": is_plan,
            "contents": [
                {"sha256": each, "names": self.names[each], "size": self.sizes[each]}
                for each in self.swept.contents
            ],
            "bytes": self.swept.bytes,
            "pieces": self.swept.pieces,
            "left": self.swept.left,
            "left_bytes": self.swept.left_bytes,
            "running": self.going_on,
            "fingerprints": self.fingerprints,
            "fingerprint_bytes": self.fingerprint_bytes,
        }


def clear(workspace: Workspace, older_than: float, *, is_plan: bool = False) -> Cleared:
    """Clear away contents that no root needs and that were not kept lately.

    Args:
        workspace: Whose contents.
        older_than: Seconds; what was kept since stays, and so does what runs needed that ended
            since.
        is_plan: Whether nothing is to be changed.

    Raises:
        StoreError: the store cannot be locked, or the folder not be changed.
    """
    now = datetime.now(UTC)
    before = now.timestamp() - older_than
    ongoing = running(workspace)
    for session in ongoing:
        with suppress(OSError):  # it has just ended
            before = min(before, (session.folder / START).stat().st_mtime)
    # Old runs are looked at while others may write, and what came since under the lock.
    with workspace.reading() as reader:
        seen = reader.head().size
        needed = _needed(Moment(reader, _before(now, older_than)))
    sizes = dict(_sizes(workspace, needed))
    with workspace.store.writing() as writer:
        needed |= _needed_since(writer, seen) | Spool(workspace.folder).digests()
        try:
            swept = sweep(workspace.objects, needed, before=before, is_plan=is_plan)
        except OSError as error:
            raise StoreError(
                f"{workspace.objects.folder} cannot be cleared: {error.strerror}",
                hint="check who owns the folder",
            ) from error
        names = {each: _names(writer, each) for each in swept.contents}
    stale = list(_stale_fingerprints(workspace.folder / "tables", needed, before))
    if not is_plan:
        for path, _ in stale:
            with suppress(OSError):  # they may go at any time, and stay for now
                path.unlink()
    told = {each: sizes.get(each, 0) for each in names}
    return Cleared(swept, names, told, len(ongoing), len(stale), sum(size for _, size in stale))


def why_kept(workspace: Workspace, handle: int, older_than: float) -> list[str]:
    """Which roots need a thing, in words."""
    with workspace.reading() as reader:
        moment = Moment(reader, _before(datetime.now(UTC), older_than))
        return [
            root.why
            for roots in ROOTS
            for root in roots(moment)
            if handle in _reached(reader, root)
        ]


def _reached(reader: Reader, root: Root) -> set[int]:
    found = reach(reader, [root.handle])
    pinned = [link.target for link in reader.links([root.handle], Direction.ORIGINS)]
    return found | reach(reader, measuring(reader, [root.handle, *pinned]))


def _needed(moment: Moment) -> set[str]:
    handles = [root.handle for roots in ROOTS for root in roots(moment)]
    if not handles:
        return set()
    reader = moment.reader
    pinned = [link.target for link in reader.links(handles, Direction.ORIGINS)]
    starts = {*handles, *measuring(reader, {*handles, *pinned})}
    return digests(reader, reach(reader, starts))


def _needed_since(reader: Reader, seen: int) -> set[str]:
    """What was recorded after the first look needs."""
    handles: set[int] = set()
    for kept in reader.records(seen):
        if kept.record is None:
            continue
        spoken = {each.id for each in kept.record.nodes}
        spoken |= {facet.node for facet in kept.record.facets}
        spoken |= {end for edge in kept.record.edges for end in (edge.origin, edge.target)}
        found = (reader.find(each) for each in spoken)
        handles |= {each for each in found if each is not None}
    return digests(reader, reach(reader, handles)) if handles else set()


def _sizes(workspace: Workspace, needed: set[str]) -> Iterator[tuple[str, int]]:
    objects = workspace.objects
    for sha256, _ in objects.layout.contents():
        if sha256 not in needed:
            try:
                yield sha256, objects.size(sha256) or 0
            except StoreError:
                continue  # damaged: `fsck` tells


def _stale_fingerprints(
    folder: Path, needed: set[str], before: float
) -> Iterator[tuple[Path, int]]:
    """Files named by the digest of a table that nothing needs, each with its size."""
    for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        sha256 = path.parent.name + path.name[:_REST]
        if _DIGEST.match(sha256) and sha256 not in needed:
            with suppress(OSError):
                found = path.stat()
                if found.st_mtime < before:
                    yield path, found.st_size


def _names(reader: Reader, sha256: str) -> list[str]:
    """How the record calls a content, people's own names first."""
    nodes = reader.nodes(reader.with_digest(sha256))
    names = dict.fromkeys(each.name for each in nodes)
    return sorted(names, key=lambda name: name.startswith(REPLAYS))


def _before(now: datetime, seconds: float) -> str:
    moment = max(now.timestamp() - seconds, 0)
    return stamp(datetime.fromtimestamp(moment, UTC))
