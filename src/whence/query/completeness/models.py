"""How far it is known how good a model is, and what the models that went into it are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence.model.edge import Basis, EdgeKind
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.query.account import Account
from whence.query.completeness.evidence import basis_of
from whence.query.completeness.story import Answers, Evidence, RunTold, Thing, unknown

_NOBODY = "nobody recorded how good it is"
_ON_WHAT = "on which data it was measured is not recorded"
_UNTOLD = "what it was trained on is not recorded"
_BASES = list(Basis)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model that is asked about, with every run that may have measured it."""

    makers: tuple[Account, ...]
    users: tuple[Account, ...]
    met: Mapping[int, tuple[tuple[str, NodeKind, Basis], ...]]
    """Run → what it used and made: the kind of edge, of thing, and the basis."""


def answer_evaluation(models: Sequence[ModelFacts]) -> Answers:
    """How good the models are: nothing is asked where there are none."""
    if not models:
        return {}
    measured = [_measured(each) for each in models]
    known = [each for each in measured if each is not None]
    if not known:
        return {
            ("evaluation", "measured"): unknown(_NOBODY),
            ("evaluation", "measured on"): unknown(_ON_WHAT),
        }
    on = [basis for _, basis in known if basis is not None]
    return {
        ("evaluation", "measured"): _part([basis for basis, _ in known], len(models), _NOBODY),
        ("evaluation", "measured on"): _part(on, len(models), _ON_WHAT),
    }


def _part(known: Sequence[Basis], of: int, missing: str) -> Evidence:
    if not known:
        return unknown(missing)
    share = len(known) / of
    return Evidence(min(known, key=_BASES.index), share, "" if share == 1 else missing)


def _measured(model: ModelFacts) -> tuple[Basis, Basis | None] | None:
    """How it is known that it was measured, and how on what; ``None`` where nobody did."""
    bases: list[Basis] = []
    on: list[Basis] = []
    for run in (*model.makers, *model.users):
        met = model.met.get(run.handle, ())
        told = [basis for kind, what, basis in met if _is_evaluation(kind, what)]
        metrics = basis_of(run, "metrics")
        bases += told + ([metrics] if metrics is not None else [])
        if not told and metrics is None:
            continue
        if any(_says_on_what(step) for step in run.said("steps").get("steps", ())):
            on.append(Basis.OBSERVED)
        elif run in model.users:
            on += [b for kind, what, b in met if kind == "used" and what is NodeKind.DATASET]
    if not bases:
        return None
    strongest = min(bases, key=_BASES.index)
    return strongest, min(on, key=_BASES.index) if on else None


def _is_evaluation(kind: str, what: NodeKind) -> bool:
    return kind == EdgeKind.GENERATED_BY.value and what is NodeKind.EVALUATION


def _says_on_what(step: Mapping[str, Any]) -> bool:
    return step.get("kind") == "evaluate" and any(
        each.get(fact) for each in step.get("inputs", ()) for fact in ("of", "split", "what")
    )


def answer_base_models(
    things: Mapping[NodeId, Thing],
    runs: Mapping[NodeId, RunTold],
    making: frozenset[NodeId],
) -> dict[NodeId, Answers]:
    """Models that went into models, and models of unknown making.

    Args:
        things: Every thing of a story.
        runs: Every run of it.
        making: The runs that made models.
    """
    went_in = {each for run in making for each in (runs[run].used if run in runs else ())}
    found: dict[NodeId, Answers] = {}
    for thing in things.values():
        if thing.kind is not NodeKind.MODEL:
            continue
        trained = _trained(thing, things)
        if thing.id in went_in or trained is None:
            content = unknown("its bytes are not known")
            if thing.content is not None:
                content = Evidence(thing.content)
            data = unknown(_UNTOLD) if trained is None else Evidence(trained)
            found[thing.id] = {
                ("base model", "content"): content,
                ("base model", "training data"): data,
            }
    return found


def _trained(thing: Thing, things: Mapping[NodeId, Thing]) -> Basis | None:
    """How the making of a model is known, through copies of it too."""
    seen = set()
    pending = [thing]
    while pending:
        each = pending.pop()
        if each.id in seen:
            continue
        seen.add(each.id)
        for origin in each.origins:
            if origin.executed or origin.of not in things:
                return origin.basis
            pending.append(things[origin.of])
    return None
