"""Which runs are looked at, and which fits stand behind an evaluation."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from whence.model.edge import EdgeKind
from whence.model.node import Node, NodeKind
from whence.query.account import account_for
from whence.query.leakage.stages import Data, Stage, Stages, read_stages
from whence.query.members import models_in
from whence.query.parts import reach_with_parts, with_parts
from whence.query.replays import real
from whence.store.interface import Direction, GraphReader

LIMIT = 10_000
"""How many nodes of an ancestry are walked."""

RUNS = 1_000
"""How many runs are opened: the nearest."""

USERS = 50
"""How many of the latest users of a model are looked at for evaluations of it."""

FITS = 50
"""How many fits behind one evaluation are compared with it: the nearest."""

_DATA = frozenset({NodeKind.DATASET, NodeKind.INDEX})


@dataclass(slots=True)
class RunSeen:
    """One run, opened."""

    node: Node
    stages: Stages
    used: dict[int, Node]
    made: dict[int, Node]
    is_measured: bool
    """Whether it gave out measurements."""

    def called(self, name: str, met: Mapping[int, Node]) -> int | None:
        """The handle of what the run met under a name."""
        return next((handle for handle, node in met.items() if node.name == name), None)

    def models(self) -> list[int]:
        """The models that it used."""
        return [handle for handle, node in self.used.items() if node.kind is NodeKind.MODEL]

    @property
    def trains(self) -> bool:
        """Whether it made a model."""
        return any(node.kind is NodeKind.MODEL for node in self.made.values())

    def whole(self, by: str, *, is_fit: bool) -> Stage:
        """The run as one stage, where nobody saw inside: all data that it used."""
        data = [node for node in self.used.values() if node.kind in _DATA]
        names = tuple(sorted(node.name for node in data))
        keys = frozenset(_key(node) for node in data)
        given = (Data(files=names, keys=keys, is_seen=False),) if names else ()
        return Stage(self.node.id, self.node.name, -1, by, "", None, "", given, is_fit)


@dataclass(slots=True)
class Runs:
    """The runs around one thing, opened when they are asked for."""

    reader: GraphReader
    handles: list[int] = field(default_factory=list)
    _opened: dict[int, RunSeen] = field(default_factory=dict)
    _makers: dict[int, list[int]] = field(default_factory=dict)

    def open(self, handle: int) -> RunSeen:
        """A run."""
        if handle not in self._opened:
            self._opened[handle] = _open(self.reader, handle)
        return self._opened[handle]

    def makers(self, thing: int) -> list[int]:
        """The runs that made a thing."""
        if thing not in self._makers:
            self._makers[thing] = [
                link.target
                for link in self.reader.links([thing], Direction.ORIGINS)
                if link.kind is EdgeKind.GENERATED_BY
            ]
        return self._makers[thing]

    def evaluations(self) -> Iterator[tuple[RunSeen, Stage]]:
        """Every evaluation; a run that measured a model, unseen inside, is one as a whole."""
        for handle in self.handles:
            run = self.open(handle)
            for stage in run.stages.evaluations:
                yield run, stage
            inside = run.stages.evaluations or run.stages.fits
            if run.is_measured and run.models() and not inside and not run.trains:
                yield run, run.whole(run.node.name, is_fit=False)

    def fits_behind(self, run: RunSeen, evaluation: Stage) -> list[Stage]:
        """Every fit that the evaluated model comes from: in this run, and in those before it."""
        found: dict[tuple[str, int], Stage] = {}
        for fit in run.stages.fits_behind(evaluation):
            found.setdefault(fit.key, fit)
        pending = self._models_of(run, evaluation.model)
        seen: set[int] = set()
        while pending and len(found) < FITS:
            model = pending.pop(0)
            if model in seen:
                continue
            seen.add(model)
            for maker in self.makers(model):
                its = self.open(maker)
                for fit in _fits_of(its, self.reader.nodes([model])[0].name):
                    found.setdefault(fit.key, fit)
                pending += its.models()
        return list(found.values())[:FITS]

    def _models_of(self, run: RunSeen, model: int | None) -> list[int]:
        """The model files that an object of a run was read from; all that it used if unknown."""
        name = run.stages.read.get(model) if model is not None else None
        handle = None if name is None else run.called(name, run.used)
        return run.models() if handle is None else [handle]


def runs_around(reader: GraphReader, root: int) -> Runs:
    """The runs that a thing comes from; of a model also the latest that used it."""
    handles = list(reach_with_parts(reader, root, Direction.ORIGINS, limit=LIMIT).handles)
    nodes = dict(zip(handles, reader.nodes(handles), strict=True))
    found = [handle for handle, node in nodes.items() if node.kind is NodeKind.RUN]
    used: list[int] = []
    parts = [part for part in with_parts(reader, root) if part in nodes]
    asked = [model for part in parts for model in _models(reader, part, nodes[part])]
    for model in asked:
        links = reader.links([model], Direction.EFFECTS)
        users = {link.origin for link in links if link.kind is EdgeKind.USED}
        used += sorted(real(reader, list(users)), reverse=True)[:USERS]
    return Runs(reader, list(dict.fromkeys([*used, *found]))[:RUNS])


def _models(reader: GraphReader, root: int, node: Node) -> Iterable[int]:
    """The models that are asked about."""
    if node.kind is NodeKind.MODEL:
        return [root]
    if node.kind is NodeKind.SYSTEM_VERSION:
        return models_in(reader, root)
    direction, kind = {
        NodeKind.MODEL_VERSION: (Direction.ORIGINS, EdgeKind.PINS),
        NodeKind.RUN: (Direction.EFFECTS, EdgeKind.GENERATED_BY),
    }.get(node.kind, (Direction.ORIGINS, None))
    links = [link for link in reader.links([root], direction) if link.kind is kind]
    ends = [link.target if direction is Direction.ORIGINS else link.origin for link in links]
    told = zip(ends, reader.nodes(ends), strict=True)
    return [handle for handle, each in told if each.kind is NodeKind.MODEL]


def _fits_of(run: RunSeen, name: str) -> list[Stage]:
    """The fits behind a model file that a run wrote; the whole run where none was seen."""
    fits = run.stages.fits
    if not fits:
        return [] if run.stages.preparing else [run.whole(run.node.name, is_fit=True)]
    model = run.stages.written.get(name)
    its = [fit for fit in fits if fit.model is not None and fit.model == model]
    return its or fits


def _open(reader: GraphReader, handle: int) -> RunSeen:
    account = account_for(reader, handle)
    used = _met(reader, handle, Direction.ORIGINS, EdgeKind.USED)
    made = _met(reader, handle, Direction.EFFECTS, EdgeKind.GENERATED_BY)
    keys = {node.name: _key(node) for node in (*made.values(), *used.values())}
    is_measured = bool(account.said("metrics")) or any(
        node.kind is NodeKind.EVALUATION for node in made.values()
    )
    steps = account.said("steps").get("steps") or ()
    stages = read_stages(account.node.id, account.node.name, steps, keys, is_measured=is_measured)
    return RunSeen(account.node, stages, used, made, is_measured)


def _met(reader: GraphReader, handle: int, direction: Direction, kind: EdgeKind) -> dict[int, Node]:
    links = [link for link in reader.links([handle], direction) if link.kind is kind]
    ends = [link.target if direction is Direction.ORIGINS else link.origin for link in links]
    unique = list(dict.fromkeys(ends))
    return dict(zip(unique, reader.nodes(unique), strict=True))


def _key(node: Node) -> str:
    """Equal for equal bytes; where those are unknown, for the same artifact."""
    return f"id:{node.id}" if node.digest is None else node.digest.sha256
