"""The thing that is judged, with what the record has of it: each part read once, when needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from whence.governance.finding import Finding, Outcome
from whence.model.edge import EdgeKind
from whence.model.node import Node, NodeKind
from whence.query.account import Account, account_for
from whence.query.evaluations import Evaluation, evaluations
from whence.query.gaps import gaps_json
from whence.query.leakage.judging import SketchOf
from whence.query.lineage import Lineage, read_lineage
from whence.query.parts import wholes, with_parts
from whence.store.interface import Direction, Reader

LIMIT = 100_000
"""How many things of an ancestry are looked at; beyond, what rests on all of them is unknown."""

COPIES = 50
"""Other things of the same bytes that are looked at, the latest."""


@dataclass(frozen=True)
class Case:
    """One thing at one moment, as a rule may ask about it."""

    reader: Reader
    handle: int
    now: str
    """The moment for which it is judged: RFC 3339, UTC, milliseconds."""
    purpose: str = ""
    """The alias or place that it is wanted for."""
    sketch_of: SketchOf = field(default=lambda _: None)
    """Digest → a sketch of rows; without them overlap is told by files and splits alone."""
    vouching_key: bytes | None = None
    """The public key of the server that judges, empty for one without; ``None`` on a laptop, where
    a name is what its bearer says it is."""
    _accounts: dict[int, Account] = field(default_factory=dict)
    _alike: dict[int, list[int]] = field(default_factory=dict)

    # ------------------------------------------------------------------ the thing

    @cached_property
    def node(self) -> Node:
        """The thing."""
        return self.node_of(self.handle)

    @cached_property
    def models(self) -> tuple[int, ...]:
        """The model artifacts that it is, pins, or consists of."""
        found: dict[int, None] = {}
        pending, met = [self.handle], set()
        while pending:
            handle = pending.pop(0)
            if handle in met:
                continue
            met.add(handle)
            kind = self.node_of(handle).kind
            if kind is NodeKind.MODEL_VERSION:
                # What was registered is meant, whatever kind of file it was taken for.
                found |= dict.fromkeys(self.ends([handle], Direction.ORIGINS, EdgeKind.PINS))
            elif kind is NodeKind.SYSTEM_VERSION:
                pending += self.ends([handle], Direction.ORIGINS, EdgeKind.HAS_MEMBER)
            elif kind is NodeKind.DEPLOYMENT:
                pending += self.ends([handle], Direction.ORIGINS, EdgeKind.DEPLOYS)
            elif kind is NodeKind.RUN:
                made = self.ends(with_parts(self.reader, handle), *_MADE)
                found |= dict.fromkeys(at for at in made if self._is_model(at))
            elif kind is NodeKind.MODEL:
                found[handle] = None
        return tuple(found)

    @cached_property
    def names(self) -> tuple[str, str]:
        """The registered name and the number or alias: ``("delay", "3")``; empty where none."""
        name, at, number = self.node.name.rpartition("@")
        is_version = self.node.kind in {NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION}
        return (name, number) if at and is_version else ("", "")

    @cached_property
    def line(self) -> int | None:
        """The registered model, or the system, that it is a version of."""
        found = self.ends([self.handle], Direction.ORIGINS, EdgeKind.VERSION_OF)
        return found[0] if found else None

    # --------------------------------------------------------------- its ancestry

    @cached_property
    def lineage(self) -> Lineage:
        """All that it comes from, itself included."""
        return read_lineage(self.reader, self.handle, Direction.ORIGINS, limit=LIMIT)

    @cached_property
    def ancestry(self) -> dict[int, Node]:
        """The same by handle, itself included; the nearest first."""
        found: dict[int, Node] = {}
        for each in self.lineage.nodes:
            handle = self.reader.find(each.node.id)
            if handle is not None:
                found[handle] = each.node
        return found

    def of_kind(self, *kinds: NodeKind) -> dict[int, Node]:
        """Those of the ancestry that are of a kind, the nearest first."""
        return {at: node for at, node in self.ancestry.items() if node.kind in kinds}

    @cached_property
    def runs(self) -> dict[int, Node]:
        """The runs that it comes from, the nearest first."""
        return self.of_kind(NodeKind.RUN)

    @cached_property
    def makers(self) -> tuple[int, ...]:
        """The runs that made its models, with those that they are parts of."""
        runs = self.ends(self.models, Direction.ORIGINS, EdgeKind.GENERATED_BY)
        above = runs
        while above:
            above = [at for at in wholes(self.reader, above).values() if at not in runs]
            runs += above
        return tuple(dict.fromkeys(runs))

    @cached_property
    def roots(self) -> dict[int, Node]:
        """Data, models and indexes of the ancestry of which nothing says what made them."""
        things = self.of_kind(NodeKind.DATASET, NodeKind.MODEL, NodeKind.INDEX, NodeKind.DOCUMENT)
        made = {
            link.origin
            for link in (self.reader.links(list(things), Direction.ORIGINS) if things else ())
            if link.kind in _MADE_FROM
        }
        return {at: node for at, node in things.items() if at not in made}

    def cut_off(self) -> Iterable[Finding]:
        """That the ancestry is larger than what was looked at, where it is."""
        if any(gap.kind == "withheld" for gap in self.lineage.gaps):
            yield self.unknown(
                "a part of its ancestry may not be seen by whoever asks",
                remedy="have somebody ask who may see it",
            )
        if self.lineage.truncated:
            yield self.unknown(
                f"more than {LIMIT:,} things are in its ancestry; the rest was not looked at",
                remedy="ask about a part of it",
            )

    # ------------------------------------------------------------ what is known of it

    def account(self, handle: int) -> Account:
        """Everything said of a node."""
        if handle not in self._accounts:
            self._accounts[handle] = account_for(self.reader, handle)
        return self._accounts[handle]

    def alike(self, handle: int) -> list[int]:
        """A thing, and the latest others of the same bytes: what is said of them is said of it."""
        if handle not in self._alike:
            node = self.node_of(handle)
            same = [] if node.digest is None else self.reader.with_digest(node.digest.sha256)
            self._alike[handle] = [handle, *(at for at in same[:COPIES] if at != handle)]
        return self._alike[handle]

    def node_of(self, handle: int) -> Node:
        """The node of a handle."""
        return self.reader.nodes([handle])[0]

    @cached_property
    def gaps(self) -> dict[str, Any]:
        """What ``whence gaps`` says of it."""
        return gaps_json(self.reader, self.handle, self.sketch_of)

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """How its models were measured, in the order of the runs that did."""
        found = evaluations(self.reader, self.models, {})
        return tuple(sorted(found, key=lambda each: (each.at, each.order)))

    @cached_property
    def authors(self) -> dict[str, tuple[str, ...]]:
        """Everybody who made or registered it: name → ids of what says so."""
        found: dict[str, list[str]] = {}
        said = self.reader.links([self.handle, *self.models], Direction.ORIGINS)
        said = [link for link in said if link.kind is EdgeKind.ATTRIBUTED_TO]
        if self.makers:
            ran = self.reader.links(list(self.makers), Direction.ORIGINS)
            said += [link for link in ran if link.kind is EdgeKind.ASSOCIATED_WITH]
        actors = self.reader.nodes([link.target for link in said])
        for link, actor in zip(said, actors, strict=True):
            if link.role != "owner":
                found.setdefault(actor.name, []).append(self.node_of(link.origin).id)
        for maker in self.makers:
            for each in self.account(maker).said("execution").get("actors", ()):
                if isinstance(each, Mapping) and each.get("kind") == "person":
                    found.setdefault(str(each.get("name")), []).append(self.node_of(maker).id)
        return {name: tuple(dict.fromkeys(ids)) for name, ids in found.items()}

    # ------------------------------------------------------------------- answering

    def ends(self, starts: Iterable[int], direction: Direction, kind: EdgeKind) -> list[int]:
        """The far ends of the edges of a kind."""
        handles = list(starts)
        links = self.reader.links(handles, direction) if handles else []
        origins = direction is Direction.ORIGINS
        return list(
            dict.fromkeys(
                link.target if origins else link.origin for link in links if link.kind is kind
            )
        )

    def passed(self, message: str, *on: int, **details: Any) -> Finding:
        """It holds."""
        return self._finding(Outcome.PASSED, message, on, "", details)

    def failed(self, message: str, *on: int, remedy: str = "", **details: Any) -> Finding:
        """It does not hold."""
        return self._finding(Outcome.FAILED, message, on, remedy, details)

    def unknown(self, message: str, *on: int, remedy: str = "", **details: Any) -> Finding:
        """The record does not say."""
        return self._finding(Outcome.UNKNOWN, message, on, remedy, details)

    def _finding(
        self,
        outcome: Outcome,
        message: str,
        on: tuple[int, ...],
        remedy: str,
        details: dict[str, Any],
    ) -> Finding:
        nodes = self.reader.nodes(list(on)) if on else [self.node]
        ids = tuple(node.id for node in nodes)
        return Finding(outcome, message, ids[0], nodes[0].name, ids, remedy, details)

    def _is_model(self, handle: int) -> bool:
        return self.node_of(handle).kind is NodeKind.MODEL


_MADE = (Direction.EFFECTS, EdgeKind.GENERATED_BY)
_MADE_FROM = frozenset({EdgeKind.GENERATED_BY, EdgeKind.DERIVED_FROM, EdgeKind.HAS_MEMBER})
