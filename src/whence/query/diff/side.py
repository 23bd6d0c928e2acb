"""Everything upstream of one REF, read once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from whence.errors import UsageError
from whence.model.edge import EdgeKind
from whence.model.node import Node, NodeKind
from whence.query.account import Account, account_for
from whence.query.parts import TEMPORARY, reach_with_parts, with_parts
from whence.query.replays import real
from whence.store.interface import Direction, GraphReader, Link

LIMIT = 100_000
"""How many nodes of a lineage are walked; beyond, the data layer says that there was more."""

EVALUATIONS = 50
"""How many of the latest users of a model are looked at for metrics of it."""

_SPOKEN_FOR = frozenset({"code", "environment"})
"""Roles of artifacts that have a layer of their own."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A file in a step, with the part that it played."""

    role: str
    node: Node
    handle: int

    @property
    def sha256(self) -> str | None:
        """Its content."""
        return None if self.node.digest is None else self.node.digest.sha256


@dataclass(frozen=True, slots=True)
class Step:
    """A run with the files that it met."""

    account: Account
    used: tuple[Meeting, ...]
    generated: tuple[Meeting, ...]
    environment: int | None
    """The handle of the environment that it ran in."""

    @property
    def handle(self) -> int:
        """Its handle in the store: the same on both sides where both share the run."""
        return self.account.handle

    @property
    def job(self) -> str:
        """The recipe that it followed."""
        return self.account.node.name


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two lineages."""

    root: Node
    root_handle: int
    thing: int | None
    """The artifact that is asked about; ``None`` where it is a run."""
    makers: tuple[int, ...]
    """The run that is asked about and its parts, or the runs that made the artifact."""
    steps: Mapping[int, Step]
    """Every run upstream, oldest first."""
    evaluations: tuple[Step, ...]
    """Later runs that measured the model, the latest of each job."""
    nodes: Mapping[int, Node]
    """Every artifact upstream, and what was made beside the one asked about."""
    origins: Mapping[int, tuple[int, ...]]
    """Artifact → artifacts that it was derived from or consists of."""
    truncated: bool

    def made(self) -> frozenset[int]:
        """Everything that a run of the lineage made."""
        return frozenset(each.handle for step in self.steps.values() for each in step.generated)

    def outputs(self) -> list[Meeting]:
        """What was asked about, and what was made beside it."""
        made = [
            each
            for maker in self.makers
            for each in self.steps[maker].generated
            if each.role != TEMPORARY
        ]
        if self.thing is not None and self.thing not in {each.handle for each in made}:
            made.append(Meeting("output", self.nodes[self.thing], self.thing))
        return made


def read_side(reader: GraphReader, root: int) -> Side:
    """Walk up from a run, an artifact or a model version.

    Raises:
        UsageError: the thing has no lineage: a job, a person, a model without versions.
    """
    (node,) = reader.nodes([root])
    thing = _artifact_of(reader, root, node)
    reached = reach_with_parts(reader, root, Direction.ORIGINS, limit=LIMIT)
    handles = list(reached.handles)
    among = dict(zip(handles, reader.nodes(handles), strict=True))
    links = reader.links(handles, Direction.ORIGINS)
    makers = _makers(links, root if thing is None else thing, among)
    if thing is None:
        makers = tuple(with_parts(reader, root))
    made, siblings = _made_by(reader, makers)
    among.update(siblings)
    links = list(dict.fromkeys([*links, *made]))
    return Side(
        root=node,
        root_handle=root,
        thing=thing,
        makers=makers,
        steps=_steps(reader, among, links),
        evaluations=_evaluations(reader, [root, *siblings] if thing is None else [thing], among),
        nodes={at: each for at, each in among.items() if each.is_artifact},
        origins=_origins(links),
        truncated=reached.truncated,
    )


def holds_data(node: Node) -> bool:
    """Whether an artifact belongs to the layers of data and outputs, or of parameters."""
    return node.is_artifact and node.kind not in {NodeKind.CODE, NodeKind.ENVIRONMENT}


def _artifact_of(reader: GraphReader, handle: int, node: Node) -> int | None:
    if node.kind is NodeKind.RUN:
        return None
    if node.is_artifact:
        return handle
    for link in reader.links([handle], Direction.ORIGINS):
        if link.kind is EdgeKind.PINS:
            return link.target
    raise UsageError(
        f"a {node.kind.value.replace('_', ' ')} has no lineage: {node.name!r}",
        hint="compare runs, files or model versions; `whence log` lists runs",
    )


def _makers(links: Iterable[Link], asked: int, among: Mapping[int, Node]) -> tuple[int, ...]:
    if among[asked].kind is NodeKind.RUN:
        return (asked,)
    made = (link for link in links if link.kind is EdgeKind.GENERATED_BY and link.origin == asked)
    return tuple(dict.fromkeys(link.target for link in made))


def _made_by(reader: GraphReader, makers: Sequence[int]) -> tuple[list[Link], dict[int, Node]]:
    """What these runs made, also what nobody asked about."""
    links = [
        link
        for link in reader.links(makers, Direction.EFFECTS)
        if link.kind is EdgeKind.GENERATED_BY
    ]
    made = [link.origin for link in links]
    return links, dict(zip(made, reader.nodes(made), strict=True))


def _steps(
    reader: GraphReader, among: Mapping[int, Node], links: Iterable[Link]
) -> Mapping[int, Step]:
    used: dict[int, list[Link]] = defaultdict(list)
    made: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link.kind is EdgeKind.USED:
            used[link.origin].append(link)
        elif link.kind is EdgeKind.GENERATED_BY:
            made[link.target].append(link)
    runs = [at for at, node in among.items() if node.kind is NodeKind.RUN]
    steps = [_step(reader, at, used[at], made[at], among) for at in runs]
    return MappingProxyType({each.handle: each for each in sorted(steps, key=_age)})


def _age(step: Step) -> tuple[str, int]:
    return str(step.account.said("outcome").get("started_at") or ""), step.handle


def _step(
    reader: GraphReader,
    handle: int,
    used: Iterable[Link],
    made: Iterable[Link],
    among: Mapping[int, Node],
) -> Step:
    met = [link for link in used if link.target in among]
    environment = next((link.target for link in met if link.role == "environment"), None)
    return Step(
        account_for(reader, handle),
        _meetings(
            Meeting(link.role, among[link.target], link.target)
            for link in met
            if link.role not in _SPOKEN_FOR and holds_data(among[link.target])
        ),
        _meetings(Meeting(link.role, among[link.origin], link.origin) for link in made),
        environment,
    )


def _meetings(met: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Each file once: what was observed may have been declared as well."""
    kept: dict[tuple[str, str, str | None], Meeting] = {}
    for each in met:
        kept.setdefault((each.role, each.node.name, each.sha256), each)
    return tuple(kept[key] for key in sorted(kept, key=repr))


def _origins(links: Iterable[Link]) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for link in links:
        if link.kind in {EdgeKind.DERIVED_FROM, EdgeKind.HAS_MEMBER}:
            found[link.origin].append(link.target)
    return {at: tuple(dict.fromkeys(targets)) for at, targets in found.items()}


def _evaluations(
    reader: GraphReader, asked: Iterable[int], nodes: Mapping[int, Node]
) -> tuple[Step, ...]:
    """Later runs that used a model, made no model and measured something: the latest of each job.

    A run that makes a model of a model measures its own.
    """
    models = [at for at in asked if nodes[at].kind is NodeKind.MODEL]
    uses = reader.links(models, Direction.EFFECTS) if models else []
    users = {link.origin for link in uses if link.kind is EdgeKind.USED} - nodes.keys()
    users = set(real(reader, list(users)))
    latest: dict[str, Step] = {}
    for run in sorted(users, reverse=True)[:EVALUATIONS]:
        step = _read_step(reader, run)
        if "metrics" in step.account.facets and not any(
            each.node.kind is NodeKind.MODEL for each in step.generated
        ):
            known = latest.get(step.job)
            if known is None or _age(known) < _age(step):
                latest[step.job] = step
    return tuple(latest.values())


def _read_step(reader: GraphReader, run: int) -> Step:
    """A run outside the walk, with all that it met."""
    used = [link for link in reader.links([run], Direction.ORIGINS) if link.kind is EdgeKind.USED]
    made, siblings = _made_by(reader, [run])
    targets = [link.target for link in used]
    among = dict(zip(targets, reader.nodes(targets), strict=True)) | siblings
    return _step(reader, run, used, made, among)
