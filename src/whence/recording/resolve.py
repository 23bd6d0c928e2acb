"""Which artifact is this? The appearance that history knows, or a new one.

The same name with the same content is the same appearance, the latest of them. The same content
under another name is another artifact that was *probably* copied from the one we know: an edge
with basis ``inferred`` says so. What lies beyond this machine is the same where its name and its
version or ETag are; of a table, which has none, the latest that a run wrote is probably where it
comes from. Empty and tiny files are equal too often for that to mean anything.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.identity import NodeId, derived_id, new_id
from whence.model.node import Node, NodeKind
from whence.model.run import REPLAYS
from whence.recording.observation import FileSeen, Member
from whence.store.interface import Direction, GraphReader

SMALLEST_TELLING = 16
"""Bytes from which equal content suggests a common origin."""

PLACES_ASKED = 50
"""How many earlier states of a thing beyond this machine are looked at."""

MEMBERS_ASKED = 2_000
"""How many members of a folder are looked up one by one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The artifact that a file is, with what has to be recorded for it."""

    id: NodeId
    node: Node | None
    """The artifact if it is new; ``None`` if the store has it."""
    edges: tuple[Edge, ...] = ()


def replay_name(replay: str, name: str) -> str:
    """How a thing is called that was made by doing a run again: never as the thing itself."""
    return f"{REPLAYS}{replay}/{name.lstrip('/')}"


def manifest_digest(members: Iterable[Member]) -> str:
    """The identity of a folder's content: SHA-256 over its members sorted by path.

    Each line is ``sha256  path`` with a NUL at its end, so that no file name can forge another.
    """
    told = hashlib.sha256()
    for member in sorted(members, key=lambda each: each.path):
        told.update(f"{member.sha256}  {member.path}\0".encode("utf-8", "surrogateescape"))
    return told.hexdigest()


def resolve_used(reader: GraphReader, seen: FileSeen) -> Resolved:
    """The artifact that a run met as an input."""
    if seen.sha256 is not None:
        same = _named(reader, reader.with_digest(seen.sha256), seen.name)
        if same is not None:
            return Resolved(same, None)
    remote = seen.facets.get("remote")
    state = None if remote is None else remote_state(remote)
    if state is not None:
        known = _in_state(reader, seen, state)
        if known is not None:
            return Resolved(known, None)
    appeared = _appear(seen)
    if seen.sha256 is None:
        last = _last_made(reader, seen.name) if remote is not None and state is None else None
        edges = [_inferred(appeared.id, last, EdgeKind.DERIVED_FROM, "same-place")] if last else ()
        return Resolved(appeared.id, appeared.node, tuple(edges))
    if (seen.size or 0) < SMALLEST_TELLING:
        return appeared
    return Resolved(appeared.id, appeared.node, tuple(_origins(reader, appeared.id, seen)))


def resolve_content(
    reader: GraphReader, kind: NodeKind, name: str, sha256: str, location: str | None = None
) -> Resolved:
    """The artifact whose name and content are all there is to it: code, an environment."""
    for handle in reader.with_digest(sha256):
        (node,) = reader.nodes([handle])
        if node.kind is kind and node.name == name:
            return Resolved(node.id, None)
    node = Node(new_id(), kind, name, Digest(sha256), location)
    return Resolved(node.id, node)


def make_generated(run: NodeId, seen: FileSeen) -> Node:
    """The artifact that a run made: always a new one, whatever its content."""
    digest = None if seen.sha256 is None else Digest(seen.sha256)
    state = remote_state(seen.facets.get("remote", {})) or ""
    parts = [seen.location, seen.sha256 or "", *([state] if state else [])]
    made = derived_id("generated", run, *parts)
    return Node(made, seen.kind, seen.name, digest, seen.location)


def remote_state(facts: Mapping[str, Any]) -> str | None:
    """What a service calls this state of a thing: its version, or its ETag (RFC 9110, 8.8.3)."""
    for name in ("version", "etag"):
        if facts.get(name):
            return f"{name}:{facts[name]}"
    return None


def _in_state(reader: GraphReader, seen: FileSeen, state: str) -> NodeId | None:
    """The thing of this name that was in this state, unless its content says otherwise."""
    for handle in reader.named(seen.name, PLACES_ASKED):
        (node,) = reader.nodes([handle])
        if node.digest is not None and seen.sha256 not in {None, node.digest.sha256}:
            continue
        told: dict[str, Any] = {}
        for each in reader.facets(handle):
            if each.facet.name == "remote":
                told |= each.facet.data
        if remote_state(told) == state:
            return node.id
    return None


def _last_made(reader: GraphReader, name: str) -> NodeId | None:
    """The latest thing of this name that a run is known to have made."""
    for handle in reader.named(name, PLACES_ASKED):
        links = reader.links([handle], Direction.ORIGINS)
        # What other tools told of has times, and `timelines` goes by these.
        if any(link.kind is EdgeKind.GENERATED_BY and not dict(link.detail) for link in links):
            return reader.nodes([handle])[0].id
    return None


def _appear(seen: FileSeen) -> Resolved:
    digest = None if seen.sha256 is None else Digest(seen.sha256)
    node = Node(new_id(), seen.kind, seen.name, digest, seen.location)
    return Resolved(node.id, node)


def _real(reader: GraphReader, handles: list[int]) -> Iterator[Node]:
    """Those that were not made by doing a run again: nobody's data comes from there."""
    for handle in handles:
        (node,) = reader.nodes([handle])
        if not node.name.startswith(REPLAYS):
            yield node


def _named(reader: GraphReader, handles: list[int], name: str) -> NodeId | None:
    for node in reader.nodes(handles):
        if node.name == name:
            return node.id
    return None


def _origins(reader: GraphReader, appeared: NodeId, seen: FileSeen) -> Iterable[Edge]:
    """Where a new appearance probably comes from, by its content."""
    assert seen.sha256 is not None
    for node in _real(reader, reader.with_digest(seen.sha256)):
        yield _inferred(appeared, node.id, EdgeKind.DERIVED_FROM, "copied")
        return
    for node in _real(reader, reader.containing(seen.sha256)):
        yield _inferred(appeared, node.id, EdgeKind.DERIVED_FROM, "subset")
        return
    yield from _member_origins(reader, appeared, seen.members)


def _member_origins(
    reader: GraphReader, appeared: NodeId, members: tuple[Member, ...]
) -> Iterable[Edge]:
    """A folder's members that history knows: as files of their own, or inside other folders."""
    parts: dict[Node, EdgeKind] = {}
    for member in members[:MEMBERS_ASKED]:
        if member.size < SMALLEST_TELLING:
            continue
        for node in _real(reader, reader.with_digest(member.sha256)):
            parts.setdefault(node, EdgeKind.HAS_MEMBER)
            break
        else:
            for node in _real(reader, reader.containing(member.sha256)):
                parts.setdefault(node, EdgeKind.DERIVED_FROM)
                break
    for node, kind in parts.items():
        yield _inferred(appeared, node.id, kind, "subset" if kind is EdgeKind.DERIVED_FROM else "")


def _inferred(origin: NodeId, target: NodeId, kind: EdgeKind, role: str) -> Edge:
    return Edge(origin, target, kind, Basis.INFERRED, role)
