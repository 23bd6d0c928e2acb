"""Small records written by hand, in which things are known by short words."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record

SHA256 = "0123456789abcdef" * 4
"""Some content."""


def id_of(name: str) -> NodeId:
    """The id that a word stands for."""
    return derived_id("contract", name)


def a_node(
    name: str, called: str | None = None, kind: NodeKind = NodeKind.DATASET, sha256: str = ""
) -> Node:
    """A node known by a word, and called that unless told otherwise."""
    digest = Digest(sha256) if sha256 else None
    return Node(id_of(name), kind, name if called is None else called, digest)


def an_edge(origin: str, target: str, kind: EdgeKind) -> Edge:
    """An observed edge from effect to cause."""
    return Edge(id_of(origin), id_of(target), kind, Basis.OBSERVED)


def a_facet(node: str, name: str, **data: Any) -> Facet:
    """Something observed of a node."""
    return Facet(id_of(node), name, Basis.OBSERVED, data)


def a_record(
    name: str,
    nodes: Sequence[Node] = (),
    edges: Sequence[Edge] = (),
    facets: Sequence[Facet] = (),
    *,
    second: int = 0,
    project: str = "",
) -> Record:
    """A record known by a word, of some second of one minute."""
    return Record(
        id=id_of(name),
        type="contract",
        time=f"2026-11-20T09:30:{second:02}.000Z",
        source="store-contract",
        nodes=tuple(nodes),
        edges=tuple(edges),
        facets=tuple(facets),
        project=project,
    )


def awkward_records() -> list[Record]:
    """Legal, and easily got wrong."""
    weird = Node(
        id_of("weird"),
        NodeKind.MODEL,
        "a\tb\n'\"\\\x7f ŝ 😀",
        Digest(SHA256, (("etag", '"x"'), ("md5", "0" * 32))),
        "file:///tmp/%FF",
    )
    data = {"n": 2**53 - 1, "f": -1.5e-7, "t": True, "none": None, "deep": {"": [[], {}, "ŝ😀"]}}
    return [
        a_record(
            "awkward",
            nodes=[weird, weird, a_node("plain", "")],
            edges=[replace(an_edge("weird", "plain", EdgeKind.DERIVED_FROM), detail={"k": ""})] * 2,
            facets=[replace(a_facet("weird", "extra/thing", **data), version=7)],
        ),
        a_record("nothing at all"),
        a_record(
            "about others", facets=[a_facet("plain", "tags", a="b"), a_facet("weird", "tags")]
        ),
    ]


def layered_records(seed: int, count: int) -> list[Record]:
    """A random graph without circles, told bit by bit: causes before effects."""
    chance = random.Random(seed)  # noqa: S311  the same at every run
    names: list[tuple[str, NodeKind]] = []
    records = []
    for number in range(count):
        name, kind = f"g{number}", chance.choice((NodeKind.RUN, NodeKind.DATASET, NodeKind.MODEL))
        edges = []
        for cause, its in chance.sample(names, min(len(names), chance.randrange(4))):
            edges.append(an_edge(name, cause, _JOINS[kind is NodeKind.RUN, its is NodeKind.RUN]))
            if chance.random() < 0.2:
                edges.append(replace(edges[-1], basis=Basis.INFERRED))
            if kind is its is NodeKind.RUN and chance.random() < 0.5:
                edges[-1] = replace(edges[-1], kind=EdgeKind.PART_OF)
        names.append((name, kind))
        records.append(a_record(f"layered {number}", nodes=[a_node(name, kind=kind)], edges=edges))
    return records


_JOINS = {
    (True, True): EdgeKind.INFORMED_BY,
    (True, False): EdgeKind.USED,
    (False, True): EdgeKind.GENERATED_BY,
    (False, False): EdgeKind.DERIVED_FROM,
}
