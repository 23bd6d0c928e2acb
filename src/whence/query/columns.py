"""Where a column came from, and what came of it, through as many runs as tell of columns.

Which column came of which is kept with each dataset (facet ``columns``), as its maker told it. So
a column is followed from dataset to dataset, by the version that each run read; through files that
are at the same place as what a tool told of; and from the table that a training read to the
features that it was seen to fit a model on. Where a maker told of tables alone, the way ends in a
gap.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.errors import NotFoundError
from whence.model.edge import EDGE_RULES, Basis, EdgeKind
from whence.model.gap import Gap
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.query.account import account_for
from whence.query.readings import best
from whence.store.interface import Direction, GraphReader, Link

WHOLE = "*"
"""Every column: what a filter or a join has looked at concerns them all."""

_TARGETS = frozenset({"y", "target", "label", "labels"})
"""The parts that what is to be learnt plays in a fit."""

_PARTS = 4
"""What is told of a source: its place by name, its column, how, and the place by its node."""

MOST = 2_000
"""Columns of one answer."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one version of a dataset, or a feature of a model."""

    dataset: NodeId
    name: str
    """As whoever told of it wrote it; ``*`` for every column."""


@dataclass(frozen=True, slots=True)
class ColumnEdge:
    """One statement that a column came from another."""

    origin: Column
    """The effect."""
    target: Column
    """The cause."""
    how: str
    """Such as ``direct identity`` or ``indirect filter``; ``same place``, ``feature``."""
    basis: Basis
    run: NodeId | None
    """Whose doing it was, where it was a run's."""


@dataclass(slots=True)
class ColumnLineage:
    """An answer: where a column came from, or what it led to."""

    root: Column
    direction: Direction
    nodes: dict[NodeId, Node] = field(default_factory=dict)
    """The datasets, models and runs of the answer."""
    columns: list[Column] = field(default_factory=list)
    """The root first, then by distance from it."""
    edges: list[ColumnEdge] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    truncated: bool = False


def read_columns(
    reader: GraphReader, handle: int, name: str, direction: Direction, *, limit: int = MOST
) -> ColumnLineage:
    """Follow a column of a dataset to where it came from, or to what came of it.

    Raises:
        NotFoundError: the dataset is known to have no such column; lists those that it has.
    """
    return _Walk(reader, direction, limit).answer(handle, name)


class _Walk:
    """One question, asked of one dataset after the other."""

    def __init__(self, reader: GraphReader, direction: Direction, limit: int) -> None:
        self._reader = reader
        self._direction = direction
        self._limit = limit
        self._facets: dict[int, dict[str, Any]] = {}

    def answer(self, handle: int, name: str) -> ColumnLineage:
        known = self._known(handle)
        if self._is_listed(handle) and name != WHOLE and _folded(name) not in known:
            shown = ", ".join(sorted(known.values())[:20])
            (node,) = self._reader.nodes([handle])
            raise NotFoundError(f"{node.name} has no column {name!r}", hint=f"it has: {shown}")
        name = known.get(_folded(name), name)
        root = Column(self._node(handle).id, name)
        answer = ColumnLineage(root, self._direction, {root.dataset: self._node(handle)}, [root])
        met = {(root.dataset, _folded(name))}
        front = [(handle, name)]
        while front:
            beyond: list[tuple[int, str]] = []
            for at, column in front:
                edges = list(self._steps(at, column))
                if not edges:
                    answer.gaps += self._end(at, column)
                for other, edge in edges:
                    answer.edges.append(edge)
                    far = edge.target if self._direction is Direction.ORIGINS else edge.origin
                    self._meet(answer, far.dataset, edge.run)
                    if (far.dataset, _folded(far.name)) in met:
                        continue
                    if len(answer.columns) >= self._limit:
                        answer.truncated = True
                        return answer
                    met.add((far.dataset, _folded(far.name)))
                    answer.columns.append(far)
                    beyond.append((other, far.name))
            front = beyond
        answer.gaps = list(dict.fromkeys(answer.gaps))
        return answer

    def _meet(self, answer: ColumnLineage, *ids: NodeId | None) -> None:
        for each in ids:
            if each is not None and each not in answer.nodes:
                handle = self._reader.find(each)
                assert handle is not None
                answer.nodes[each] = self._node(handle)

    def _steps(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        ways = _ORIGINS if self._direction is Direction.ORIGINS else _EFFECTS
        for way in ways:
            yield from way(self, handle, column)

    # ---------------------------------------------------------------- origins

    def _told_origins(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        """What its maker told."""
        told = self._said(handle, "columns")
        wanted = [
            (name, each)
            for name in told
            for each in told[name]
            if _meets(column, name) and len(each) == _PARTS
        ]
        if not wanted:
            return
        wanted.sort(key=lambda each: each[0] == WHOLE)
        maker = self._maker(handle)
        read = self._read_by(maker) if maker is not None else {}
        effect = self._node(handle).id
        for name, (_, source, how, place) in wanted:
            cause = read.get(place) or self._reader.find(NodeId(place))
            if cause is not None and cause != handle:
                way = how if name != WHOLE else f"{how} (the whole table)".strip()
                yield (
                    cause,
                    ColumnEdge(
                        Column(effect, column),
                        Column(self._node(cause).id, self._called(cause, source)),
                        way,
                        Basis.IMPORTED,
                        None if maker is None else self._node(maker).id,
                    ),
                )

    def _same_origins(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        """What lay at the same place, or what it is a copy of."""
        for link in self._links(handle, Direction.ORIGINS):
            if link.kind is EdgeKind.DERIVED_FROM and _is_same_place(link):
                known = self._known(link.target)
                if column == WHOLE or _folded(column) in known or not self._is_listed(link.target):
                    yield link.target, self._same(handle, link.target, column)

    def _feature_origins(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        """Of a model: the columns that it was fitted on."""
        if self._node(handle).kind is not NodeKind.MODEL:
            return
        for run in self._ends(handle, Direction.ORIGINS, EdgeKind.GENERATED_BY):
            for used in self._ends(run, Direction.ORIGINS, EdgeKind.USED):
                fitted = self._fitted(run, self._node(used).name)
                if column == WHOLE:
                    names = list(fitted.values())
                else:
                    names = [fitted[_folded(column)]] if _folded(column) in fitted else []
                for name, part in names:
                    yield used, self._feature(handle, used, name, part, run)

    # ---------------------------------------------------------------- effects

    def _told_effects(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        place = derived_id("place", self._node(handle).location or "")
        for run in self._ends(handle, Direction.EFFECTS, EdgeKind.USED):
            for made in self._ends(run, Direction.EFFECTS, EdgeKind.GENERATED_BY):
                told = self._said(made, "columns")
                for name, sources in told.items():
                    for _, source, how, whence in (each for each in sources if len(each) == _PARTS):
                        if whence == place and _meets(column, source):
                            yield (
                                made,
                                ColumnEdge(
                                    Column(self._node(made).id, name),
                                    Column(self._node(handle).id, column),
                                    how,
                                    Basis.IMPORTED,
                                    self._node(run).id,
                                ),
                            )

    def _same_effects(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        for link in self._links(handle, Direction.EFFECTS):
            if link.kind is EdgeKind.DERIVED_FROM and _is_same_place(link):
                yield link.origin, self._same(link.origin, handle, column)

    def _feature_effects(self, handle: int, column: str) -> Iterator[tuple[int, ColumnEdge]]:
        for run in self._ends(handle, Direction.EFFECTS, EdgeKind.USED):
            fitted = self._fitted(run, self._node(handle).name)
            if column == WHOLE:
                names = list(fitted.values())
            else:
                names = [fitted[_folded(column)]] if _folded(column) in fitted else []
            for made in self._ends(run, Direction.EFFECTS, EdgeKind.GENERATED_BY) if names else ():
                if self._node(made).kind is NodeKind.MODEL:
                    for name, part in names:
                        yield made, self._feature(made, handle, name, part, run)

    # ------------------------------------------------------------------ ends

    def _end(self, handle: int, column: str) -> Iterator[Gap]:
        """Where columns are not told any more, but tables are."""
        node = self._node(handle)
        links = [
            link for link in self._links(handle, self._direction) if EDGE_RULES[link.kind].lineage
        ]
        if self._direction is Direction.ORIGINS:
            said = {_folded(name) for name in self._said(handle, "columns")}
            if links and _folded(column) not in said:  # a column may be said to come of nothing
                maker = self._maker(handle)
                who = "its maker" if maker is None else self._node(maker).name
                read = maker is None or self._ends(maker, Direction.ORIGINS, EdgeKind.USED)
                what = "which things it read, not which columns" if read else "nothing of its reads"
                yield _gap(node, column, f"{who} tells {what}")
            return
        for run in {link.origin for link in links if link.kind is EdgeKind.USED}:
            made = self._ends(run, Direction.EFFECTS, EdgeKind.GENERATED_BY)
            if any(not self._said(each, "columns") for each in made):
                who = self._node(run).name
                yield _gap(node, column, f"{who} tells what it made, not of which columns")

    # --------------------------------------------------------------- looking

    def _same(self, effect: int, cause: int, column: str) -> ColumnEdge:
        return ColumnEdge(
            Column(self._node(effect).id, self._called(effect, column)),
            Column(self._node(cause).id, self._called(cause, column)),
            "same place",
            Basis.INFERRED,
            None,
        )

    def _feature(self, model: int, used: int, name: str, part: str, run: int) -> ColumnEdge:
        return ColumnEdge(
            Column(self._node(model).id, name),
            Column(self._node(used).id, self._called(used, name)),
            part,
            Basis.OBSERVED,
            self._node(run).id,
        )

    def _links(self, handle: int, direction: Direction) -> list[Link]:
        return best(self._reader, self._reader.links([handle], direction))

    def _ends(self, handle: int, direction: Direction, kind: EdgeKind) -> list[int]:
        links = [link for link in self._links(handle, direction) if link.kind is kind]
        ends = [link.target if direction is Direction.ORIGINS else link.origin for link in links]
        return list(dict.fromkeys(ends))

    def _maker(self, handle: int) -> int | None:
        return next(iter(self._ends(handle, Direction.ORIGINS, EdgeKind.GENERATED_BY)), None)

    def _read_by(self, run: int) -> dict[str, int]:
        """Id of a place → the version of it that a run read."""
        return {
            dict(link.detail).get("place", ""): link.target
            for link in self._links(run, Direction.ORIGINS)
            if link.kind is EdgeKind.USED
        }

    def _fitted(self, run: int, name: str) -> dict[str, tuple[str, str]]:
        """The columns that a run fitted models on, of what it read from one artifact.

        By their names in one case: the name, and ``feature`` or ``target``.
        """
        found: dict[str, tuple[str, str]] = {}
        for step in self._said(run, "steps").get("steps", ()):
            for given in step.get("inputs", ()) if step.get("kind") == "fit" else ():
                if name in given.get("of", ()):
                    part = "target" if given.get("role") in _TARGETS else "feature"
                    for each in given.get("columns") or ():
                        found.setdefault(_folded(str(each)), (str(each), part))
        return found

    def _known(self, handle: int) -> dict[str, str]:
        """The columns that a dataset is known to have, by their names in one case."""
        told = [
            str(each.get("name")) if isinstance(each, Mapping) else str(each)
            for each in self._said(handle, "table").get("columns", ())
        ]
        told += [name for name in self._said(handle, "columns") if name != WHOLE]
        if self._node(handle).kind is NodeKind.MODEL:
            for run in self._ends(handle, Direction.ORIGINS, EdgeKind.GENERATED_BY):
                for used in self._ends(run, Direction.ORIGINS, EdgeKind.USED):
                    told += [name for name, _ in self._fitted(run, self._node(used).name).values()]
        return {_folded(name): name for name in reversed(told)}

    def _is_listed(self, handle: int) -> bool:
        """Whether all of its columns are known, rather than those that somebody spoke of."""
        is_model = self._node(handle).kind is NodeKind.MODEL
        return bool(self._known(handle) if is_model else self._said(handle, "table").get("columns"))

    def _called(self, handle: int, column: str) -> str:
        """How a dataset itself writes the name of a column."""
        return column if column == WHOLE else self._known(handle).get(_folded(column), column)

    def _said(self, handle: int, facet: str) -> dict[str, Any]:
        told = self._facets.get(handle)
        if told is None:
            account = account_for(self._reader, handle)
            told = self._facets[handle] = {name: account.said(name) for name in _ASKED}
        said: dict[str, Any] = told[facet]
        return said

    def _node(self, handle: int) -> Node:
        return self._reader.nodes([handle])[0]


_ASKED = ("columns", "table", "steps")

_Way = Callable[[_Walk, int, str], Iterator[tuple[int, ColumnEdge]]]

_ORIGINS: tuple[_Way, ...] = (
    _Walk._told_origins,  # noqa: SLF001  a table of this module's own
    _Walk._same_origins,  # noqa: SLF001
    _Walk._feature_origins,  # noqa: SLF001
)
_EFFECTS: tuple[_Way, ...] = (
    _Walk._told_effects,  # noqa: SLF001
    _Walk._same_effects,  # noqa: SLF001
    _Walk._feature_effects,  # noqa: SLF001
)


def _meets(wanted: str, told: str) -> bool:
    """Whether what is told of one column concerns another; what concerns all concerns each."""
    return WHOLE in {wanted, told} or _folded(wanted) == _folded(told)


def _is_same_place(link: Link) -> bool:
    return link.role == "same-place" or any(name in {"at", "made"} for name, _ in link.detail)


def _folded(name: str) -> str:
    return name.casefold()


def _gap(node: Node, column: str, reason: str) -> Gap:
    return Gap(
        "columns-unknown",
        f"{node.name}#{column}",
        reason,
        "`whence trace` and `whence impact` of the whole go on",
    )


def columns_json(answer: ColumnLineage) -> dict[str, Any]:
    """The answer as ``schemas/columns-1.json`` has it."""

    def plain(column: Column) -> dict[str, str]:
        return {"dataset": column.dataset, "column": column.name}

    return {
        "root": plain(answer.root),
        "direction": "upstream" if answer.direction is Direction.ORIGINS else "downstream",
        "nodes": [
            {"id": node.id, "kind": node.kind.value, "name": node.name}
            for node in answer.nodes.values()
        ],
        "columns": [plain(each) for each in answer.columns],
        "edges": [
            {
                "from": plain(edge.origin),
                "to": plain(edge.target),
                "how": edge.how,
                "basis": edge.basis.value,
                "run": edge.run,
            }
            for edge in answer.edges
        ],
        "gaps": [
            {"kind": gap.kind, "about": gap.about, "reason": gap.reason, "remedy": gap.remedy}
            for gap in answer.gaps
        ],
        "truncated": answer.truncated,
    }
