"""What a capture met and what others speak of: when are the two the same place?

A capture knows files and addresses; a tool that tells of its own work knows datasets by name. The
rules by which the two are held to be one place are a table. What follows from a match is always
``inferred``, and its edge names the rule.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.identity import NodeId, derived_id
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.recording.places import Place, names_of, place_at, place_id
from whence.recording.timelines import (
    Reading,
    Version,
    may_join,
    precise,
    readings_after,
    version_at,
)
from whence.store.interface import Direction, GraphReader, Link

SAME_PLACE = "same-place"
"""The role of edges that say: what was met here is what was made here."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """An artifact that a capture met, and when."""

    artifact: NodeId
    location: str
    at: str
    """When it was there: the start of the run that read it, the end of the one that wrote it."""
    since: str = ""
    """When the run that wrote it began; empty where it was read."""
    facets: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """What is known of it; ``query`` says which tables of a database were asked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place that others speak of, where something was met."""

    place: Place
    rule: str
    """One of ``RULES``."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What a match adds to a record."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


def _same(reader: GraphReader, location: str) -> Iterator[Place]:
    place = place_at(location)
    if reader.find(place.id) is not None:
        yield place


def _inside(reader: GraphReader, location: str) -> Iterator[Place]:
    handle = reader.find(place_id(location))
    links = [] if handle is None else reader.links([handle], Direction.ORIGINS)
    tables = [link.target for link in links if link.kind is EdgeKind.HAS_MEMBER]
    for node in reader.nodes(tables):
        if node.location is not None:
            yield Place(node.name, node.location, location)


def _above(reader: GraphReader, location: str) -> Iterator[Place]:
    scheme, separator, rest = location.partition("://")
    parts = rest.split("/")
    for count in range(len(parts) - 1, 1, -1):
        place = place_at(scheme + separator + "/".join(parts[:count]))
        if reader.find(place.id) is not None:
            yield place


def _ending(reader: GraphReader, location: str) -> Iterator[Place]:
    parts = unquote(location.partition("://")[2]).split("/")
    for count in range(1, min(len(parts), _DEEPEST)):
        relative = "/".join(parts[-count:])
        handle = reader.find(place_id(relative))
        if handle is not None:
            tables = [
                link.target
                for link in reader.links([handle], Direction.ORIGINS)
                if link.kind is EdgeKind.HAS_MEMBER
            ]
            yield Place(relative, relative)
            for node in reader.nodes(tables):
                yield Place(node.name, node.location or node.name, relative)


MOST = 2_000
"""How many things of a name are looked at for what a capture met."""

_DEEPEST = 6
"""Parts of a relative path that are tried."""


RULES: Mapping[str, Callable[[GraphReader, str], Iterator[Place]]] = MappingProxyType(
    {
        "same-location": _same,
        "table-in-file": _inside,
        "file-in-folder": _above,
        "relative-path": _ending,
    }
)
"""Rule → which places, of those that others speak of, lie where something was met.

- ``same-location``: the address is the same, once scheme, host, case and quotes are;
- ``table-in-file``: the file is the database that holds the table (DuckDB, SQLite);
- ``file-in-folder``: the dataset is a folder, and the file lies in it (Spark, Hive, Iceberg);
- ``relative-path``: a path was told that depends on where its teller stood, and the file's ends so.
"""


def matches(reader: GraphReader, location: str) -> list[Match]:
    """The places of others that lie where a capture met something."""
    if not location or "://" not in location:
        return []
    return [Match(place, rule) for rule, find in RULES.items() for place in find(reader, location)]


def match_meeting(reader: GraphReader, meeting: Meeting, node: Node | None) -> Matched:
    """What follows from what others have told already, for what a capture has just met.

    Args:
        reader: The store.
        meeting: What was met.
        node: The artifact, where the store does not have it yet.
    """
    nodes: list[Node] = []
    edges: list[Edge] = []
    for match in matches(reader, meeting.location):
        known = node is None and _is_known(reader, meeting, match.place)
        if _is_meant(meeting, match) and not known:
            edges.append(_reading(reader, meeting, match))
            if meeting.since:
                offered = _offered(reader, meeting, match)
                nodes += offered.nodes
                edges += offered.edges
    return Matched(tuple(nodes), tuple(edges))


def match_place(reader: GraphReader, place: Place, made: Sequence[Version]) -> Matched:
    """What follows for a place that is heard of for the first time, from what captures met there.

    Args:
        reader: The store.
        place: The place.
        made: Its versions that the record under way adds.
    """
    nodes: list[Node] = []
    edges: list[Edge] = []
    for meeting, rule in _met_at(reader, place):
        match = Match(place, rule)
        if not _is_meant(meeting, match):
            continue
        edges.append(_reading(reader, meeting, match))
        reading = _reading_of(meeting, match)
        edges += [reading.edge(each) for each in made if meeting.since <= each.made <= meeting.at]
        if meeting.since:
            offered = _offered(reader, meeting, match)
            nodes += offered.nodes
            edges += offered.edges
    return Matched(tuple(nodes), tuple(edges))


def _reading(reader: GraphReader, meeting: Meeting, match: Match) -> Edge:
    """What lay there last, when it was met."""
    version = version_at(reader, match.place, meeting.at)
    if match.rule == "same-location" and version.made < meeting.since:
        version = Version("", match.place.id)  # it was written anew
    return _reading_of(meeting, match).edge(version)


def _reading_of(meeting: Meeting, match: Match) -> Reading:
    return Reading(
        meeting.artifact,
        EdgeKind.DERIVED_FROM,
        meeting.at,
        match.place.id,
        match.rule,
        SAME_PLACE,
        meeting.since if match.rule == "same-location" else "",
    )


def _offered(reader: GraphReader, meeting: Meeting, match: Match) -> Matched:
    """What a captured run wrote, as a version for those who read the place by its other name."""
    place = match.place
    if match.rule in {"file-in-folder", "relative-path"} or (
        match.rule == "table-in-file" and _told_since(reader, meeting)
    ):
        return Matched()
    version = Version(meeting.at, derived_id("met", meeting.artifact, place.location))
    node = Node(version.id, NodeKind.DATASET, place.name, None, place.location)
    detail = {"made": version.made, "rule": match.rule}
    edges = [
        Edge(
            version.id,
            meeting.artifact,
            EdgeKind.DERIVED_FROM,
            Basis.INFERRED,
            SAME_PLACE,
            detail,
        )
    ]
    edges += [
        reading.edge(version)
        for reading in readings_after(reader, place, version)
        if reading.reader != meeting.artifact and may_join(reader, reading.reader, meeting.artifact)
    ]
    return Matched((node,), tuple(edges))


def _told_since(reader: GraphReader, meeting: Meeting) -> bool:
    """Whether a tool has told which tables of the file were written while the run lasted."""
    return any(
        version_at(reader, place, meeting.at).made >= meeting.since
        for place in _inside(reader, meeting.location)
    )


def _is_meant(meeting: Meeting, match: Match) -> bool:
    """Whether a table is one of those that were asked for, where that is known."""
    if not match.place.inside:
        return True
    told = meeting.facets.get("query", {}).get("queries") or ()
    which = "writes" if meeting.since else "reads"
    asked = {str(name).lower() for each in told for name in each.get(which) or ()}
    table = match.place.name.partition("#")[2].lower()
    return not asked or table in asked or table.rpartition(".")[2] in asked


def _is_known(reader: GraphReader, meeting: Meeting, place: Place) -> bool:
    """Whether it was met at the place before, and no later than now."""
    handle = reader.find(meeting.artifact)
    for link in reader.links([handle], Direction.ORIGINS) if handle is not None else ():
        detail = dict(link.detail)
        if detail.get("place") == place.id and detail.get("at", "~") <= meeting.at:
            return True
    return False


def _met_at(reader: GraphReader, place: Place) -> Iterator[tuple[Meeting, str]]:
    """What captures met at a place, or as the file that holds it: each when it was first there."""
    for handle, node in found_at(reader, place):
        rule = "same-location" if node.location != place.inside else "table-in-file"
        if "://" not in (place.inside or place.location):
            rule = "relative-path"
        facets = {each.facet.name: each.facet.data for each in reader.facets(handle)}
        effects = reader.links([handle], Direction.EFFECTS)
        used = [link.origin for link in effects if link.kind is EdgeKind.USED]
        made = [
            link.target
            for link in reader.links([handle], Direction.ORIGINS)
            if link.kind is EdgeKind.GENERATED_BY and not _is_told(link)
        ]
        for run in made[:1]:
            began, ended = _lasted(reader, run)
            if ended:
                yield Meeting(node.id, node.location or "", ended, began, facets), rule
        if not made:
            began = min(filter(None, (_lasted(reader, run)[0] for run in used)), default="")
            if began:
                yield Meeting(node.id, node.location or "", began, "", facets), rule


def found_at(reader: GraphReader, place: Place) -> list[tuple[int, Node]]:
    """Artifacts that captures met at a place, or as the file that holds it."""
    wanted = {place.location, place.inside} - {""}
    found: dict[int, Node] = {}
    for name in dict.fromkeys(names_of(place)):
        handles = reader.named(name, MOST)
        found |= {
            handle: node
            for handle, node in zip(handles, reader.nodes(handles), strict=True)
            if node.kind in ARTIFACT_KINDS
            and node.location is not None
            and _lies_at(place_at(node.location).location, wanted)
            and node.id != place_id(node.location)
        }
    return list(found.items())


def _lies_at(location: str, wanted: set[str]) -> bool:
    """Whether a location is one of those wanted, or ends as one of them does that is relative."""
    if location in wanted:
        return True
    told = unquote(location)
    return any("://" not in each and told.endswith(f"/{each}") for each in wanted)


def _is_told(link: Link) -> bool:
    return any(name == "made" for name, _ in link.detail)


def _lasted(reader: GraphReader, run: int) -> tuple[str, str]:
    """When a run began and ended; empty where it is not known."""
    told: dict[str, Any] = {}
    for each in reader.facets(run):
        if each.facet.name == "outcome":
            told |= each.facet.data
    began, ended = told.get("started_at"), told.get("ended_at")
    return precise(began) if began else "", precise(ended) if ended else ""
