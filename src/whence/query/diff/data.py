"""The files that went in: sources first, then what follows from them."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from whence.query.diff.align import StepPair, ThingPair
from whence.query.diff.causes import Causes
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import Change, LayerDiff, verdict
from whence.query.diff.things import (
    describe,
    look_inside,
    name_of,
    nodes_of,
    sha256_of,
    standing,
)
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps, unread

_WEIGHT = {"independent": 0, "unexplained": 1, "unknown": 2, None: 3, "consequence": 4}
"""Roots first, then what nobody can explain, then what is not known, then consequences."""

RENAMES_TOLD = 20


def compare_data(comparison: Comparison, causes: Causes) -> LayerDiff:
    """The layer of data: everything that runs of the two lineages read."""
    told = Told()
    notes = dict.fromkeys(_renames(comparison))
    for place, step, pair in _pairs(comparison):
        tell_thing(told, comparison, pair, causes, at=(place, step))
    for place, step in comparison.differing_steps():
        tell_gaps(told, "data", place, step, settled=lambda _: False)
    if comparison.a.truncated or comparison.b.truncated:
        told.tell(
            "unknown",
            "lineage",
            key="truncated",
            detail={"reason": "a lineage has more nodes than are walked"},
        )
    changes = sorted(told.changes(), key=_weight)
    return LayerDiff(verdict(changes), tuple(changes), tuple(notes))


def tell_thing(
    told: Told,
    comparison: Comparison,
    pair: ThingPair,
    causes: Causes,
    at: tuple[int | None, StepPair | None] = (None, None),
) -> None:
    """Tell a pair of files, unless the two are known to be the same."""
    place, step = at
    partly = unread(step.a) | unread(step.b) if step is not None else frozenset[str]()
    what = standing(comparison, pair, partly)
    if what == "same":
        return
    a, b = nodes_of(comparison, pair)
    key = tuple(
        (node.name, sha256_of(node) or node.id) if node is not None else None for node in (a, b)
    )
    name = name_of(comparison, pair)
    shared = None if place is None or step is None else (place, step.job)
    if told.knows(what, name, key):
        told.tell(what, name, key=key, step=shared)
        return
    sides = (describe(comparison, pair.a), describe(comparison, pair.b))
    detail: dict[str, Any] = {}
    if what == "unknown":
        detail["reason"] = _why_unknown(comparison, pair)
    else:
        detail |= causes.explain(pair)
    if what == "changed":
        detail |= look_inside(comparison, pair)
    told.tell(what, name, sides, key=key, step=shared, detail=detail)


Placed = tuple[int | None, StepPair | None, ThingPair]
"""A pair of files, and the aligned step in which it shows."""


def _pairs(comparison: Comparison) -> Iterator[Placed]:
    """The pairs of this layer; of outputs and configuration files other layers speak."""
    alignment = comparison.alignment
    ours = comparison.settings | {pair.a for pair in alignment.outputs}
    theirs = comparison.settings | {pair.b for pair in alignment.outputs}
    for placed in chain(_met(comparison), _made(comparison), _loose(comparison)):
        pair = placed[-1]
        told_a = pair.a is not None and pair.a in ours
        told_b = pair.b is not None and pair.b in theirs
        if not told_a and not told_b:
            yield placed


def _met(comparison: Comparison) -> Iterator[Placed]:
    """What steps read. A step of one side alone is held against the whole other side: loose."""
    for place, step in comparison.differing_steps():
        if step.a is not None and step.b is not None:
            for pair in comparison.alignment.used[place]:
                yield place, step, pair


def _made(comparison: Comparison) -> Iterator[Placed]:
    """What steps made and none read: the original of a copy, a part of a folder."""
    met = set(chain.from_iterable(comparison.alignment.used))
    for place, step in comparison.differing_steps():
        for pair in comparison.alignment.generated[place]:
            if pair.a is not None and pair.b is not None and pair not in met:
                yield place, step, pair


def _loose(comparison: Comparison) -> Iterator[Placed]:
    for pair in comparison.alignment.loose:
        if not _is_shared(comparison, pair):
            yield None, None, pair


def _is_shared(comparison: Comparison, pair: ThingPair) -> bool:
    """Whether a file without a partner is in both lineages all the same."""
    if pair.a is None or pair.b is None:
        handle = pair.b if pair.a is None else pair.a
        return handle in comparison.a.nodes and handle in comparison.b.nodes
    return False


def _why_unknown(comparison: Comparison, pair: ThingPair) -> str:
    nodes = nodes_of(comparison, pair)
    lacking = [
        side for side, node in zip(("a", "b"), nodes, strict=True) if sha256_of(node) is None
    ]
    if not lacking:
        return "its content is known in part only"
    return "its content is not known on " + " and ".join(lacking)


def _renames(comparison: Comparison) -> Iterator[str]:
    found = []
    for place, _ in comparison.differing_steps():
        for pair in comparison.alignment.used[place]:
            a, b = nodes_of(comparison, pair)
            if a and b and a.name != b.name and a.digest == b.digest and a.digest:
                found.append(f"{a.name} is called {b.name} in b; its content is the same")
    found = list(dict.fromkeys(found))
    yield from found[:RENAMES_TOLD]
    if len(found) > RENAMES_TOLD:
        yield f"{len(found) - RENAMES_TOLD} more files have another name and the same content"


def _weight(change: Change) -> int:
    return _WEIGHT[change.detail.get("cause")]
