"""Reading a story from a store: the ancestry of one thing, each node opened once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from whence.model.edge import Basis, EdgeKind
from whence.model.identity import NodeId
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.query.account import Account, account_for
from whence.query.completeness.evidence import RunFacts, answer_for, basis_of
from whence.query.completeness.models import ModelFacts, answer_base_models, answer_evaluation
from whence.query.completeness.story import Origin, RunTold, Story, Thing
from whence.query.members import models_in
from whence.query.parts import reach_with_parts, with_parts
from whence.query.replays import real
from whence.store.interface import Direction, GraphReader, Link

LIMIT = 10_000
"""How many nodes of an ancestry are walked."""

OPENED = 2_000
"""How many things, and how many runs, are opened to read what is said of them: the nearest."""

WRITTEN = frozenset(
    {NodeKind.CODE, NodeKind.CONFIG, NodeKind.ENVIRONMENT, NodeKind.PROMPT, NodeKind.TOOL}
)
"""Kinds that people write: they have layers of their own, and need no further origin."""

_COPIES = frozenset({"copied", "subset", ""})
"""Relations for which nothing need have been executed."""
_PARTS = frozenset({EdgeKind.HAS_MEMBER, EdgeKind.PINS})
_USERS = 50


@dataclass(slots=True)
class _Ancestry:
    nodes: dict[int, Node]
    accounts: dict[int, Account]
    links: list[Link]
    made: dict[int, list[int]] = field(default_factory=dict)
    """Run → what it made."""
    parts: list[int] = field(default_factory=list)
    """Of the run that is asked about."""

    def ids(self, handles: Iterable[int]) -> tuple[NodeId, ...]:
        return tuple(dict.fromkeys(self.nodes[handle].id for handle in handles))


def read_story(reader: GraphReader, root: int) -> Story:
    """The ancestry of a thing or a run, with what is known of everything in it."""
    ancestry = _walk(reader, root)
    by_origin: dict[int, list[Link]] = {}
    met: dict[int, Basis] = {}
    for link in ancestry.links:
        by_origin.setdefault(link.origin, []).append(link)
        if link.kind is EdgeKind.USED:
            met[link.target] = _stronger(link.basis, met.get(link.target))
    runs: dict[NodeId, RunTold] = {}
    things: dict[NodeId, Thing] = {}
    for handle, node in ancestry.nodes.items():
        links = by_origin.get(handle, [])
        if node.kind is NodeKind.RUN:
            parts = ancestry.parts if handle == root else []
            runs[node.id] = _run(ancestry, handle, links, parts)
        elif node.kind not in WRITTEN or handle == root:
            things[node.id] = _thing(ancestry, handle, links, met.get(handle))
    subjects = _subjects(reader, ancestry, root)
    return Story(
        ancestry.nodes[root].id,
        things,
        runs,
        answer_evaluation([_model(reader, handle) for handle in subjects]),
        answer_base_models(things, runs, _makes_models(reader, ancestry)),
        tuple(node.name for node in reader.nodes(subjects)),
    )


def _walk(reader: GraphReader, root: int) -> _Ancestry:
    handles = list(reach_with_parts(reader, root, Direction.ORIGINS, limit=LIMIT).handles)
    nodes = dict(zip(handles, reader.nodes(handles), strict=True))
    links = [link for link in reader.links(handles, Direction.ORIGINS) if link.target in nodes]
    opened: dict[NodeKind | None, int] = {}
    accounts = {}
    for handle, node in nodes.items():
        kind = NodeKind.RUN if node.kind is NodeKind.RUN else None
        if node.kind in {NodeKind.CODE, NodeKind.CONFIG} or opened.get(kind, 0) >= OPENED:
            continue
        opened[kind] = opened.get(kind, 0) + 1
        accounts[handle] = account_for(reader, handle)
    runs = [handle for handle, node in nodes.items() if node.kind is NodeKind.RUN]
    made: dict[int, list[int]] = {}
    for link in reader.links(runs, Direction.EFFECTS):
        if link.kind is EdgeKind.GENERATED_BY:
            made.setdefault(link.target, []).append(link.origin)
    # A run that consists of others rests on them as on what it used.
    parts = [part for part in with_parts(reader, root)[1:] if part in nodes]
    return _Ancestry(nodes, accounts, links, made, parts)


def _run(ancestry: _Ancestry, handle: int, links: Sequence[Link], parts: Sequence[int]) -> RunTold:
    node = ancestry.nodes[handle]
    used = [link for link in links if link.kind is EdgeKind.USED]
    data = ancestry.ids(
        link.target for link in used if ancestry.nodes[link.target].kind not in WRITTEN
    )
    account = ancestry.accounts.get(handle) or Account(handle, node, {})
    kinds = {ancestry.nodes[link.target].kind: link for link in reversed(used)}
    code, environment = kinds.get(NodeKind.CODE), kinds.get(NodeKind.ENVIRONMENT)
    facts = RunFacts(
        account,
        None if code is None else code.basis,
        None if environment is None else ancestry.accounts.get(environment.target),
    )
    command = tuple(map(str, account.said("execution").get("command") or ()))
    rests_on = (*data, *ancestry.ids(parts))
    return RunTold(node.id, node.name, rests_on, answer_for(facts), command)


def _thing(ancestry: _Ancestry, handle: int, links: Sequence[Link], met: Basis | None) -> Thing:
    node = ancestry.nodes[handle]
    content = None if node.digest is None else (met or _maker_basis(links) or Basis.OBSERVED)
    return Thing(
        node.id,
        node.name,
        node.kind,
        content=content,
        origins=_origins(ancestry, links),
        source=_source(ancestry, handle, met),
        is_name=node.kind not in ARTIFACT_KINDS,
    )


def _stronger(one: Basis, other: Basis | None) -> Basis:
    return one if other is None else min(one, other, key=list(Basis).index)


def _maker_basis(links: Sequence[Link]) -> Basis | None:
    bases = {link.basis for link in links if link.kind is EdgeKind.GENERATED_BY}
    return next((basis for basis in Basis if basis in bases), None)


def _origins(ancestry: _Ancestry, links: Sequence[Link]) -> tuple[Origin, ...]:
    """The runs that made it; where there are none, what it was made of."""
    made = [link for link in links if link.kind is EdgeKind.GENERATED_BY]
    other = [
        link
        for link in links
        if link.kind in _PARTS or link.kind is EdgeKind.DERIVED_FROM
        if ancestry.nodes[link.target].kind not in WRITTEN
    ]
    found: dict[NodeId, Origin] = {}
    for link in sorted(made or other, key=lambda each: list(Basis).index(each.basis)):
        executed = link.kind not in _PARTS and link.role not in _COPIES
        of = ancestry.nodes[link.target].id
        found.setdefault(of, Origin(of, link.basis, executed))
    return tuple(found.values())


def _source(ancestry: _Ancestry, handle: int, met: Basis | None) -> Basis | None:
    """How it is known that it came from beyond: by an address, by a statement, or by hand."""
    node = ancestry.nodes[handle]
    if node.kind in WRITTEN:
        return Basis.OBSERVED
    account = ancestry.accounts.get(handle)
    told = account and (basis_of(account, "remote") or basis_of(account, "query"))
    if told:
        return told
    is_address = node.location is not None and not node.location.startswith("file:")
    return (met or Basis.DECLARED) if is_address else None


def _subjects(reader: GraphReader, ancestry: _Ancestry, root: int) -> list[int]:
    """The models that are asked about: the thing itself, what it names or has, what a run made."""
    node = ancestry.nodes[root]
    if node.kind is NodeKind.MODEL:
        return [root]
    if node.kind is NodeKind.MODEL_VERSION:
        pinned = [link.target for link in ancestry.links if link.origin == root]
        return [each for each in pinned if ancestry.nodes[each].kind is NodeKind.MODEL]
    if node.kind is NodeKind.SYSTEM_VERSION:
        return [each for each in models_in(reader, root) if each in ancestry.nodes]
    made = [each for run in (root, *ancestry.parts) for each in ancestry.made.get(run, ())]
    told = zip(made, reader.nodes(made), strict=True)
    return [handle for handle, each in told if each.kind is NodeKind.MODEL]


def _makes_models(reader: GraphReader, ancestry: _Ancestry) -> frozenset[NodeId]:
    """The runs that made models, seen from the ancestry."""
    found = []
    for run, made in ancestry.made.items():
        if any(node.kind is NodeKind.MODEL for node in reader.nodes(made)):
            found.append(ancestry.nodes[run].id)
    return frozenset(found)


def _model(reader: GraphReader, handle: int) -> ModelFacts:
    """A model with every run that may have measured it: its makers, and the latest that used it."""
    makers = [
        link.target
        for link in reader.links([handle], Direction.ORIGINS)
        if link.kind is EdgeKind.GENERATED_BY
    ]
    users = [
        link.origin
        for link in reader.links([handle], Direction.EFFECTS)
        if link.kind is EdgeKind.USED
    ]
    latest = sorted(real(reader, list(set(users))), reverse=True)[:_USERS]
    return ModelFacts(
        makers=tuple(account_for(reader, run) for run in dict.fromkeys(makers)),
        users=tuple(account_for(reader, run) for run in latest),
        met={run: _met(reader, run) for run in {*makers, *latest}},
    )


def _met(reader: GraphReader, run: int) -> tuple[tuple[str, NodeKind, Basis], ...]:
    """What a run used and made: direction, kind, basis."""
    found = []
    for direction, kind in (
        (Direction.ORIGINS, EdgeKind.USED),
        (Direction.EFFECTS, EdgeKind.GENERATED_BY),
    ):
        links = [link for link in reader.links([run], direction) if link.kind is kind]
        ends = [link.target if direction is Direction.ORIGINS else link.origin for link in links]
        for link, node in zip(links, reader.nodes(ends), strict=True):
            found.append((kind.value, node.kind, link.basis))
    return tuple(found)
