"""Which version of a dataset was it? What a run read is what lay there last when the run began.

Events come in any order, and no edge is ever taken back. So each edge from a reader to a version
says when the reader began (``at``) and when the version was made (``made``); what is learnt later
adds the better edge, and ``query.readings`` goes by the best one that there is. Two stores that
heard the same events in another order give the same answers.

A version's edge to its maker also says which version of the place was the newest when the edge
was written (``peak``): the one that arrived last so leads to the newest in one step.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.recording.places import Place
from whence.store.interface import Direction, GraphReader, Link

MOST = 2_000
"""How many of a name's arrivals are looked at where their order does not help."""

RECENT = (2, 30, MOST)
"""How many of a name's latest arrivals are looked at first, and then: one of them mostly tells."""

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


def newest(reader: GraphReader, place: Place) -> Version | None:
    """The version of a place that was made last, as far as is known."""
    seen = 0
    for limit in RECENT:
        handles = reader.named(place.name, limit)
        if len(handles) == seen:
            break
        links = reader.links(handles[seen:], Direction.ORIGINS)
        seen = len(handles)
        peaks = [_peak(link) for link in links if _made(link)]
        if peaks:
            return max(peaks)
    return None


def versions(reader: GraphReader, place: Place) -> list[Version]:
    """All versions of a place, in the order in which they were made."""
    handles = reader.named(place.name, MOST)
    made: dict[int, str] = {}
    for link in reader.links(handles, Direction.ORIGINS):
        time = _made(link)
        if time and (link.origin not in made or time < made[link.origin]):
            made[link.origin] = time
    nodes = reader.nodes(list(made))
    return sorted(Version(made[at], node.id) for at, node in zip(made, nodes, strict=True))


def version_at(reader: GraphReader, place: Place, moment: str, but: str = "") -> Version:
    """What lay at a place at a moment; the place itself where nothing is known to have made it.

    Args:
        reader: The store.
        place: The place.
        moment: RFC 3339 in UTC with microseconds.
        but: A version that does not count, such as the reader's own.
    """
    last = newest(reader, place)
    if last is None:
        return Version("", place.id)
    if last.made <= moment and last.id != but:
        return last
    fitting = [each for each in versions(reader, place) if each.made <= moment and each.id != but]
    return fitting[-1] if fitting else Version("", place.id)


def readings_after(
    reader: GraphReader, place: Place, version: Version, last: Version | None
) -> Iterator[Reading]:
    """Who read the place after a version was made, and is known to have read the one before it.

    Args:
        reader: The store.
        place: The place.
        version: The version.
        last: The newest version of the place that the store has.
    """
    before = Version("", place.id)
    if last is not None and last < version:
        before = last
    elif last is not None:
        before = max((each for each in versions(reader, place) if each < version), default=before)
    handles = [
        handle for each in {before.id, version.id} if (handle := reader.find(each)) is not None
    ]
    links = [link for link in reader.links(handles, Direction.EFFECTS) if _is_reading(link)]
    names = _ids(reader, (link.origin for link in links))
    for link in links:
        told = dict(link.detail)
        if told.get("since", "") <= version.made <= told["at"]:
            yield Reading(
                names[link.origin],
                link.kind,
                told["at"],
                NodeId(told["place"]),
                told.get("rule", ""),
                link.role,
                told.get("since", ""),
            )


def may_join(reader: GraphReader, origin: NodeId, target: NodeId) -> bool:
    """Whether an edge would leave the graph without circles."""
    if origin == target:
        return False
    start, goal = reader.find(origin), reader.find(target)
    if start is None or goal is None or not reader.links([start], Direction.EFFECTS):
        return True
    reached = reader.reach(start, Direction.EFFECTS, limit=EFFECTS_ASKED)
    return not reached.truncated and goal not in set(reached.handles)


def _made(link: Link) -> str:
    if link.kind not in _MAKING:
        return ""
    told = dict(link.detail)
    return told["made"] if "peak" in told else ""


_MAKING = (EdgeKind.GENERATED_BY, EdgeKind.DERIVED_FROM)


def _peak(link: Link) -> Version:
    made, _, version = dict(link.detail)["peak"].partition(" ")
    return Version(made, NodeId(version))


def _is_reading(link: Link) -> bool:
    return any(name == "at" for name, _ in link.detail)


def _ids(reader: GraphReader, handles: Iterable[int]) -> dict[int, NodeId]:
    wanted: Sequence[Any] = list(dict.fromkeys(handles))
    return dict(zip(wanted, (node.id for node in reader.nodes(wanted)), strict=True))
