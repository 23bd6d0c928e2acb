"""How two things are connected."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from whence.model.edge import EDGE_RULES, EdgeKind
from whence.model.identity import NodeId
from whence.query.readings import best
from whence.store.interface import Direction, GraphReader, Link


def route(reader: GraphReader, one: int, other: int) -> dict[str, Any]:
    """The shortest way from an effect to its cause, whichever of the two is which.

    Returns:
        ``nodes`` from effect to cause and the ``edges`` between them; both empty when nothing
        recorded connects the two.
    """
    steps = _path(reader, one, other) or _path(reader, other, one) or []
    links = [_link(reader, effect, cause) for effect, cause in pairwise(steps)]
    links = [each for link in links for each in _through_run(reader, link)]
    handles = [*(link.origin for link in links), *steps[-1:]]
    nodes = reader.nodes(handles)
    edges = [
        {
            "from": effect.id,
            "to": cause.id,
            "kind": link.kind.value,
            "basis": link.basis.value,
            "role": link.role,
            **({"detail": detail} if (detail := _detail(link)) else {}),
        }
        for link, (effect, cause) in zip(links, pairwise(nodes), strict=True)
    ]
    return {
        "from": reader.nodes([one])[0].id,
        "to": reader.nodes([other])[0].id,
        "nodes": [{"id": each.id, "kind": each.kind.value, "name": each.name} for each in nodes],
        "edges": edges,
    }


def _path(reader: GraphReader, effect: int, cause: int) -> list[int] | None:
    """A shortest way back that takes no reading which is known better by now."""
    steps = reader.path(effect, cause)
    if not steps or all(_ways(reader, [one], {two}) for one, two in pairwise(steps)):
        return steps
    came: dict[int, int] = {effect: effect}
    front = [effect]
    while front and cause not in came:
        beyond = []
        for link in _ways(reader, front):
            if link.target not in came:
                came[link.target] = link.origin
                beyond.append(link.target)
        front = beyond
    if cause not in came:
        return None
    back = [cause]
    while back[-1] != effect:
        back.append(came[back[-1]])
    return back[::-1]


def _ways(reader: GraphReader, effects: list[int], causes: set[int] | None = None) -> list[Link]:
    """The edges along which content came to these things, from these causes if they are named."""
    return [
        link
        for link in best(reader, reader.links(effects, Direction.ORIGINS))
        if EDGE_RULES[link.kind].lineage and (causes is None or link.target in causes)
    ]


def _link(reader: GraphReader, effect: int, cause: int) -> Link:
    return _ways(reader, [effect], {cause})[0]


def _through_run(reader: GraphReader, link: Link) -> list[Link]:
    """A way that was seen inside a run goes through that run, where it used the cause."""
    run = reader.find(NodeId(dict(link.detail).get("run", "")))
    if link.kind is not EdgeKind.DERIVED_FROM or run is None:
        return [link]
    made = [each for each in reader.links([link.origin], Direction.ORIGINS) if each.target == run]
    used = [each for each in reader.links([run], Direction.ORIGINS) if each.target == link.target]
    if not made or not used:
        return [link]
    return [made[0], replace(used[0], detail=link.detail)]


def _detail(link: Link) -> dict[str, str]:
    return {name: text for name, text in link.detail if name in {"by", "split"}}
