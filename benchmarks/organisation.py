"""A lineage graph shaped like a large organisation's, made anew from a seed.

Teams work side by side for years. Each run of a team reads what the stage before it made
(sources → tables → features → models → reports), mostly its own team's and mostly recent; now and
then it borrows from another team. Every run also reads a code set and an environment. A few sources
are *hot*: the whole company builds on them. A few reports are read back as sources, so that
histories are deeper than five stages.

::

    stage          a run reads                          and makes
    1 prepare      sources, a third of them hot ones    1 table
    2 build        tables                               1 set of features, derived from a table
    3 train        features                             1 model, derived from an earlier model
    4 report       models and features                  1 report (one in fifty a source again)

Rows go straight into the graph's tables: what is measured is walking, not recording.
"""

import random
import sqlite3
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from whence.model.edge import Basis, EdgeKind
from whence.model.node import NodeKind
from whence.store.schema import BASIS_CODES, EDGE_CODES, NODE_CODES

STAGES = (NodeKind.DATASET, NodeKind.DATASET, NodeKind.DATASET, NodeKind.MODEL, NodeKind.EVALUATION)
HOT_SOURCES = 50
BORROWED = 0.025
"""Share of runs that read something of another team."""
FED_BACK = 0.02
"""Share of reports that become sources."""
INPUTS = (4, 9)
"""How many artifacts of the stage before a run reads, evenly between."""


@dataclass(slots=True)
class Organisation:
    """The graph as columns, and places in it that are worth asking about."""

    kinds: "array[int]" = field(default_factory=lambda: array("i", [0]))
    origins: "array[int]" = field(default_factory=lambda: array("i"))
    targets: "array[int]" = field(default_factory=lambda: array("i"))
    edge_kinds: bytearray = field(default_factory=bytearray)
    hot: list[int] = field(default_factory=list)
    models: list[int] = field(default_factory=list)

    def node(self, kind: NodeKind) -> int:
        self.kinds.append(NODE_CODES[kind])
        return len(self.kinds) - 1

    def edge(self, origin: int, target: int, kind: EdgeKind) -> None:
        self.origins.append(origin)
        self.targets.append(target)
        self.edge_kinds.append(EDGE_CODES[kind])


def make_organisation(nodes: int, *, seed: int = 7) -> Organisation:
    """A graph of about so many nodes and five times as many edges."""
    chance = random.Random(seed)
    made = Organisation()
    made.hot = [made.node(NodeKind.DATASET) for _ in range(HOT_SOURCES)]
    teams = [_Team(made, chance) for _ in range(max(2, nodes // 12_000))]
    while len(made.kinds) <= nodes:
        team = chance.choice(teams)
        team.work(chance.choice(teams))
    return made


class _Team:
    """What one team has made so far, by stage."""

    def __init__(self, made: Organisation, chance: random.Random) -> None:
        self._made = made
        self._chance = chance
        self.stages: list[list[int]] = [[made.node(NodeKind.DATASET) for _ in range(40)]]
        self.stages += [[] for _ in STAGES[1:]]
        self._code = made.node(NodeKind.CODE)
        self._environment = made.node(NodeKind.ENVIRONMENT)

    def work(self, other: "_Team") -> None:
        made, chance = self._made, self._chance
        stage = next((at for at in range(1, 5) if not self.stages[at]), chance.randrange(1, 5))
        before = self.stages[stage - 1]
        run = made.node(NodeKind.RUN)
        read = {self._pick(before) for _ in range(chance.randint(*INPUTS))}
        if stage == 1:
            read |= {chance.choice(made.hot) for _ in range(3)}
        if chance.random() < BORROWED and other.stages[stage - 1]:
            read.add(self._pick(other.stages[stage - 1]))
        for each in read:
            made.edge(run, each, EdgeKind.USED)
        if chance.random() < 0.05:
            self._code = made.node(NodeKind.CODE)
        made.edge(run, self._code, EdgeKind.USED)
        made.edge(run, self._environment, EdgeKind.USED)
        output = made.node(STAGES[stage])
        made.edge(output, run, EdgeKind.GENERATED_BY)
        if stage in {2, 3}:
            made.edge(output, next(iter(read)), EdgeKind.DERIVED_FROM)
        self.stages[stage].append(output)
        if stage == 3:
            made.models.append(output)
        if stage == 4 and chance.random() < FED_BACK:
            self.stages[0].append(output)

    def _pick(self, among: list[int]) -> int:
        """Mostly one of the last hundred, sometimes any."""
        if len(among) > 100 and self._chance.random() < 0.9:
            return among[-1 - int(self._chance.random() * 100)]
        return among[int(self._chance.random() * len(among))]


def fill_store(file: Path, made: Organisation) -> None:
    """Write the graph into the tables of an existing, empty store."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO node (handle, id, kind, name, told) VALUES (?,?,?,?,0)", _node_rows(made)
    )
    basis = BASIS_CODES[Basis.OBSERVED]
    connection.executemany(
        "INSERT INTO edge (origin, target, kind, basis, role, detail)"
        f" VALUES (?, ?, ?, {basis}, '', '')",
        zip(made.origins, made.targets, made.edge_kinds, strict=True),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _node_rows(made: Organisation) -> Iterator[tuple[int, bytes, int, str]]:
    for handle in range(1, len(made.kinds)):
        yield handle, handle.to_bytes(16, "big"), made.kinds[handle], f"n{handle}"
