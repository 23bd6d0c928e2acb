"""Which version of a dataset was it? What a run read is what lay there last when the run began.

Events come in any order, and no edge is ever taken back. So each edge from a reader to a version
says when the reader began (``at``) and when the version was made (``made``); what is learnt later
adds the better edge, and ``query.readings`` goes by the best one that there is. Two stores that
heard the same events in another order give the same answers.

Versions are found by where they lie and when they were made, readings by what was read and when
(``GraphReader.made_at`` and ``readings``): however many there are, a few of them are looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from whence.model.edge import EDGE_RULES, Basis, Edge, EdgeKind
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.recording.places import Place
from whence.store.interface import Direction, GraphReader, Made

LATEST = "~"
"""Later than every moment."""

EFFECTS_ASKED = 10_000
"""How many effects of a reader are looked at before an edge from it is left out."""


class Version(NamedTuple):
    """What lay at a place from a moment on; versions sort by that moment."""

    made: str
    """RFC 3339 in UTC with microseconds; empty for what was there before all that is known."""
    id: NodeId

    @property
    def text(self) -> str:
        """Time and id as one text that sorts alike; empty for what was there before."""
        return f"{self.made} {self.id}" if self.made else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader of a place: a run, or an artifact that was met there."""

    reader: NodeId
    kind: EdgeKind
    """``used`` for a run, ``derived_from`` for an artifact."""
    at: str
    """When it began, or was met first; RFC 3339 in UTC with microseconds."""
    place: NodeId
    """The place under the name by which it was read."""
    rule: str = ""
    """By which rule the two are the same place; empty where they go by one name."""
    role: str = "input"
    since: str = ""
    """What was made before this moment was written over."""

    def edge(self, version: Version) -> Edge:
        """The statement that this version is what it read."""
        basis = Basis.INFERRED if self.rule or self.kind is not EdgeKind.USED else Basis.IMPORTED
        detail = {"at": self.at, "place": self.place, "made": version.text}
        if self.rule:
            detail["rule"] = self.rule
        if self.since:
            detail["since"] = self.since
        return Edge(self.reader, version.id, self.kind, basis, self.role, detail)


def precise(time: str) -> str:
    """A time of the record with microseconds."""
    return time.removesuffix("Z").ljust(26, "0") + "Z"


def place_node(place: Place, kind: NodeKind = NodeKind.DATASET) -> Node:
    """The node that stands for a place, whatever lies there."""
    return Node(place.id, kind, place.name, None, place.location)


def version_at(reader: GraphReader, place: Place, moment: str, but: str = "") -> Version:
    """What lay at a place at a moment; the place itself where nothing is known to have made it.

    Args:
        reader: The store.
        place: The place.
        moment: RFC 3339 in UTC with microseconds.
        but: A version that does not count, such as the reader's own.
    """
    until = f"{moment} {LATEST}"
    for made in reader.made_at(place.location, until, 2 if but else 1):
        version = _version(made)
        if version.id != but:
            return version
    return Version("", place.id)


def readings_after(reader: GraphReader, place: Place, version: Version) -> Iterator[Reading]:
    """Who read the place after a version was made, and is known to have read one before it.

    Those who began after the next one was made have read that, or a later one.
    """
    following = reader.made_at(place.location, version.text, 2, later=True)
    until = next((at.made for at in map(_version, following) if at.id != version.id), LATEST)
    ids = {version.id, *(each.id for each in _before(reader, place, version))}
    handles = [handle for each in ids if (handle := reader.find(each)) is not None]
    links = [link for at in handles for link in reader.readings(at, version.made, until)]
    names = _ids(reader, (link.origin for link in links))
    for link in links:
        told = dict(link.detail)
        if "place" in told and told.get("since", "") <= version.made:
            yield Reading(
                names[link.origin],
                link.kind,
                told["at"],
                NodeId(told["place"]),
                told.get("rule", ""),
                link.role,
                told.get("since", ""),
            )


def _before(reader: GraphReader, place: Place, version: Version) -> Iterator[Version]:
    """The version before one; where several were made at the same moment, all back to the first.

    One of these may be a reader's own, who then read the one before it.
    """
    moment = version.text
    while made := reader.made_at(place.location, moment, 1):
        before = _version(made[0])
        yield before
        if before.made < version.made:
            return
        moment = before.text
    yield Version("", place.id)


def may_join(reader: GraphReader, origin: NodeId, target: NodeId) -> bool:
    """Whether an edge would leave the graph without circles."""
    if origin == target:
        return False
    start, goal = reader.find(origin), reader.find(target)
    if start is None or goal is None:
        return True
    _, latest = reader.moments([start, goal])
    seen, front = {start}, [start]
    while front and goal not in seen:
        if len(seen) > EFFECTS_ASKED:
            return False
        front = [
            at for at, moment in zip(front, reader.moments(front), strict=True) if moment <= latest
        ]
        links = reader.links(front, Direction.EFFECTS) if front else []
        near = {link.origin for link in links if EDGE_RULES[link.kind].lineage}
        front = sorted(near - seen)
        seen |= near
    return goal not in seen


def _version(made: Made) -> Version:
    moment, _, version = made.moment.partition(" ")
    return Version(moment, NodeId(version))


def _ids(reader: GraphReader, handles: Iterable[int]) -> dict[int, NodeId]:
    wanted: Sequence[Any] = list(dict.fromkeys(handles))
    return dict(zip(wanted, (node.id for node in reader.nodes(wanted)), strict=True))
