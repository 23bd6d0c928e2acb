"""The question itself: what do two things share, and where do their histories part?"""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.diff.align import Alignment, align
from whence.query.diff.causes import Causes
from whence.query.diff.code import compare_code
from whence.query.diff.comparison import Comparison, TableOf, TextOf
from whence.query.diff.data import compare_data
from whence.query.diff.difference import Compared, Difference, LayerDiff, StepPlace
from whence.query.diff.environment import compare_environment
from whence.query.diff.grounds import incomparable
from whence.query.diff.metrics import compare_metrics
from whence.query.diff.outputs import compare_outputs
from whence.query.diff.parameters import compare_parameters, settings_of
from whence.query.diff.ranking import rank
from whence.query.diff.side import Side, Step, read_side
from whence.query.evaluations import Read, evaluations_json
from whence.store.interface import GraphReader

STEERING: Mapping[str, Callable[[Comparison], LayerDiff]] = MappingProxyType(
    {
        "code": compare_code,
        "parameters": compare_parameters,
        "environment": compare_environment,
    }
)
"""Layers that steer what runs do; each is compared by itself."""

FOLLOWING: Mapping[str, Callable[[Comparison, Causes], LayerDiff]] = MappingProxyType(
    {
        "data": compare_data,
        "metrics": lambda comparison, _: compare_metrics(comparison),
        "outputs": compare_outputs,
    }
)
"""Layers whose changes may follow from the others."""

MODELS_TOLD = 3
"""Of how many models that a run made the evaluations are told."""

LAYERS = ("data", "code", "parameters", "environment", "metrics", "outputs")
"""The order in which they are told: what went in, then what came of it."""


def diff(
    reader: GraphReader,
    a: int,
    b: int,
    *,
    text_of: TextOf = lambda _: None,
    tables: TableOf = lambda _a, _b, _name: None,
) -> Difference:
    """Compare the histories of two runs, artifacts or model versions.

    Args:
        reader: One moment of a store.
        a: The handle of the first.
        b: The handle of the second.
        text_of: Gives the text of a source or configuration file by its SHA-256, if it has it.
        tables: Gives what changed between two tables, by SHA-256, if it can.

    Raises:
        UsageError: one of them has no history: a job, a person, a model without versions.
    """
    ours = read_side(reader, a)
    theirs = ours if a == b else read_side(reader, b)
    comparison = Comparison(
        a=ours,
        b=theirs,
        alignment=align(ours, theirs),
        account_of=cache(lambda handle: account_for(reader, handle)),
        text_of=cache(text_of),
        tables=tables,
        settings=frozenset((*settings_of(ours), *settings_of(theirs))),
    )
    found = {name: compare(comparison) for name, compare in STEERING.items()}
    causes = Causes(comparison, found)
    found |= {name: compare(comparison, causes) for name, compare in FOLLOWING.items()}
    layers = MappingProxyType({name: found[name] for name in LAYERS})
    steps = _places(comparison.alignment)
    return Difference(
        a=_compared(ours),
        b=_compared(theirs),
        steps=steps,
        layers=layers,
        ranking=rank(comparison, layers, steps),
        incomparable=incomparable(comparison),
        evaluations=MappingProxyType(_evaluations(reader, {"a": ours, "b": theirs})),
    )


def _evaluations(
    reader: GraphReader, sides: Mapping[str, Side]
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """What came before the figures of the model of a side, or of those that its run made."""
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    read: Read = {}
    for name, side in sides.items():
        asked = [side.thing] if side.thing is not None else [it.handle for it in side.outputs()]
        models = [at for at in asked if side.nodes[at].kind is NodeKind.MODEL][:MODELS_TOLD]
        told = (evaluations_json(reader, model, read) for model in models)
        found[name] = tuple(chain.from_iterable(told))
    return found


def _compared(side: Side) -> Compared:
    node = side.nodes.get(side.root_handle if side.thing is None else side.thing, side.root)
    return Compared(
        id=side.root.id,
        kind=side.root.kind.value,
        name=side.root.name,
        sha256=None if node.digest is None else node.digest.sha256,
        run=_run(side.steps[side.makers[0]]) if side.makers else None,
    )


def _run(step: Step) -> dict[str, object]:
    outcome = step.account.said("outcome")
    return {
        "id": step.account.node.id,
        "job": step.job,
        "state": outcome.get("state", "unknown"),
        "started_at": outcome.get("started_at"),
    }


def _places(alignment: Alignment) -> tuple[StepPlace, ...]:
    return tuple(
        StepPlace(
            pair.job,
            None if pair.a is None else pair.a.account.node.id,
            None if pair.b is None else pair.b.account.node.id,
        )
        for pair in alignment.steps
    )
