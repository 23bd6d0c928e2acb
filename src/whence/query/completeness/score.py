"""A story's score: every layer by basis, and all of them together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from whence.model.edge import Basis
from whence.model.identity import NodeId
from whence.query.completeness.flow import Flow, weigh
from whence.query.completeness.story import SOUND, Answers, Story
from whence.query.completeness.table import LAYERS, Layer

UNKNOWN = "unknown"

SHARES = (*(basis.value for basis in Basis), UNKNOWN)
"""What every layer is split by."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is not known, and what it costs its layer."""

    layer: str
    question: str
    node: NodeId
    about: str
    reason: str
    share: float
    """Of its layer, from 0 to 1."""
    advice: str = ""
    """What would fill it, if somebody said so."""


@dataclass(frozen=True, slots=True)
class LayerScore:
    """How much of one layer is known."""

    layer: Layer
    shares: Mapping[str, float]
    """Basis, or ``unknown`` → share; they sum to 1. Empty where the layer does not apply."""
    missing: tuple[Missing, ...]
    """What is not known, the weightiest first."""
    weight: float
    """What the layer counts in the whole."""

    @property
    def applies(self) -> bool:
        """Whether there was anything to know."""
        return bool(self.shares)

    @property
    def known(self) -> float:
        """The share that is known, from 0 to 1."""
        return _known(self.shares)


@dataclass(frozen=True, slots=True)
class Score:
    """How much is known of a story."""

    layers: Mapping[str, LayerScore]
    shares: Mapping[str, float]
    """Of all layers together; empty where none applies."""

    @property
    def known(self) -> float:
        """The share that is known, from 0 to 1; 0 where nothing applies."""
        return _known(self.shares)


def _known(shares: Mapping[str, float]) -> float:
    return sum(share for name, share in shares.items() if name != UNKNOWN)


@dataclass(slots=True)
class _Sum:
    """Weights by basis, and what is missing with its weight."""

    weights: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SHARES, 0.0))
    missing: list[Missing] = field(default_factory=list)

    def add(self, told: Missing, basis: Basis | None, share: float = 1.0) -> None:
        """One answer; ``told.share`` is the weight of its question here."""
        known = 0.0 if basis is None else told.share * share
        if basis is not None:
            self.weights[basis.value] += known
        rest = told.share - known
        if rest > SOUND:
            self.weights[UNKNOWN] += rest
            self.missing.append(replace(told, share=rest))


def score(story: Story) -> Score:
    """How much is known of a story, layer by layer and in all."""
    flow = weigh(story)
    sums = {name: _sum(story, flow, layer) for name, layer in LAYERS.items()}
    layers = {name: _layer(LAYERS[name], each, flow) for name, each in sums.items()}
    total = dict.fromkeys(SHARES, 0.0)
    for name, each in sums.items():
        layer = LAYERS[name]
        for basis, weight in each.weights.items():
            total[basis] += layer.weight * weight
        total[UNKNOWN] += layer.weight * _unseen(layer, flow)
    return Score(layers, _normal(total))


def _unseen(layer: Layer, flow: Flow) -> float:
    """Runs that nobody has seen have code, parameters and an environment too."""
    return flow.beyond if layer.about == "run" and layer.name != "seeds" else 0.0


def _layer(layer: Layer, found: _Sum, flow: Flow) -> LayerScore:
    whole = sum(found.weights.values())
    shares = _normal(found.weights)
    missing = sorted(
        (replace(each, share=each.share / whole) for each in found.missing),
        key=lambda each: (-round(each.share, 9), each.about, each.question, each.node),
    )
    weight = layer.weight * (whole + _unseen(layer, flow)) if shares else 0.0
    return LayerScore(layer, shares, tuple(missing), weight)


def _normal(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()} if whole > SOUND else {}


def _sum(story: Story, flow: Flow, layer: Layer) -> _Sum:
    found = _Sum()
    if layer.name == "data":
        for portion in flow.data:
            thing = story.things[portion.thing]
            reason = _REASONS[portion.question]
            told = Missing("data", portion.question, thing.id, thing.name, reason, portion.weight)
            found.add(told, portion.basis)
        return found
    for node, about, weight, answers in _asked(story, flow, layer):
        mine = {question: each for (name, question), each in answers.items() if name == layer.name}
        whole = sum(layer.questions[question] for question in mine)
        for question, evidence in mine.items():
            part = weight * layer.questions[question] / whole
            reason, advice = evidence.missing, evidence.advice
            told = Missing(layer.name, question, node, about, reason, part, advice)
            found.add(told, evidence.basis if evidence.share else None, evidence.share)
    return found


_REASONS = {
    "content": "which bytes it held is not known",
    "origin": "nothing is recorded of where it came from",
}


def _asked(story: Story, flow: Flow, layer: Layer) -> Iterable[tuple[NodeId, str, float, Answers]]:
    """Who is asked: node, how it is called, weight, answers."""
    match layer.name:
        case "evaluation":
            yield story.root, _name_of(story), 1.0, story.evaluation
        case "base model":
            yield from _base_models(story, flow)
        case _:
            for node, weight in sorted(flow.runs.items()):
                run = story.runs[node]
                yield node, run.job, weight, run.answers


def _base_models(story: Story, flow: Flow) -> Iterator[tuple[NodeId, str, float, Answers]]:
    for node, answers in sorted(story.base_models.items()):
        yield node, story.things[node].name, flow.things.get(node, 0.0), answers


def _name_of(story: Story) -> str:
    thing = story.things.get(story.root)
    return ", ".join(story.models[:3]) if thing is None else thing.name
