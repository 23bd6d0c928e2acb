"""What is there of a line already, for whoever adds to it."""

from collections.abc import Sequence

from whence.errors import AmbiguousError, NotFoundError, UsageError
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.identity import NodeId, derived_id
from whence.model.line import LINES, Line, number_of
from whence.model.node import Node, NodeKind
from whence.recording.observation import ActorSeen
from whence.store.interface import Direction, GraphReader


def numbered(reader: GraphReader, line: Line, name: str) -> dict[int, list[Node]]:
    """The versions of a name, by number.

    Two laptops may both have made a ``delay@3`` before they met, so there may be several.

    Raises:
        UsageError: the name cannot be one.
    """
    handle = reader.find(line.node(name).id)
    found: dict[int, list[Node]] = {}
    if handle is None:
        return found
    links = reader.links([handle], Direction.EFFECTS)
    versions = [link.origin for link in links if link.kind is EdgeKind.VERSION_OF]
    for node in reader.nodes(versions):
        number = number_of(node)
        if number is not None:
            found.setdefault(number, []).append(node)
    return found


def the_version(
    reader: GraphReader, line: Line, name: str, number: int, chosen: NodeId | None = None
) -> Node:
    """The one version of this number.

    Args:
        reader: One moment of a store.
        line: Of what sort.
        name: The name of the line.
        number: Which version.
        chosen: The id of the one that is meant, where several share the number.

    Raises:
        NotFoundError: there is none; says which there are.
        AmbiguousError: there are several, and none was chosen.
    """
    versions = numbered(reader, line, name)
    nodes = [node for node in versions.get(number, ()) if chosen in {None, node.id}]
    if not nodes:
        numbers = sorted(versions)
        known = f"{name} has version{'s' * (len(numbers) > 1)} {_spans(numbers)}"
        raise NotFoundError(
            f"there is no {name}@{number}", hint=known if numbers else line.how.format(name=name)
        )
    if len(nodes) > 1:
        ids = ", ".join(node.id[:12] for node in nodes)
        raise AmbiguousError(
            f"{name}@{number} names more than one thing", hint=f"name one by its id: {ids}"
        )
    return nodes[0]


def fresh_line(reader: GraphReader, line: Line, name: str) -> tuple[Node, int]:
    """The node of a name, and the number that its next version gets.

    Raises:
        UsageError: the name cannot be one, or it names something of another sort already.
    """
    node = line.node(name)
    for other in LINES:
        if other is not line and reader.find(other.node(name).id) is not None:
            raise UsageError(
                f"{name!r} is the name of a {other.called} already",
                hint=f"choose another name, so that {name}@1 names one thing",
            )
    return node, max(numbered(reader, line, name), default=0) + 1


def unknown_to(reader: GraphReader, nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Those that the store does not have yet, each once."""
    return tuple(node for node in dict.fromkeys(nodes) if reader.find(node.id) is None)


def actor_node(actor: ActorSeen) -> Node:
    """Who says it."""
    return Node(derived_id("actor", actor.kind, actor.name), NodeKind.ACTOR, actor.name)


def declared(origin: NodeId, target: NodeId, kind: EdgeKind, role: str = "", **detail: str) -> Edge:
    """An edge that a person says."""
    return Edge(origin, target, kind, Basis.DECLARED, role, detail)


def _spans(numbers: list[int]) -> str:
    """``1 to 3, 5``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join(" to ".join(map(str, span)) for span in spans)
