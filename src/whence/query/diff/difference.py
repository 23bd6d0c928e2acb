"""The answer: changes by layer, as frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

What = Literal["changed", "only_in_a", "only_in_b", "unknown"]
Status = Literal["same", "changed", "unknown"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, or one thing of which nobody can say whether it differs."""

    what: What
    name: str
    """A file's name, a parameter, a package, a metric …"""
    a: Any = None
    """How it is on the first side, as JSON; ``None`` where it is not there or not known."""
    b: Any = None
    steps: tuple[str, ...] = ()
    """The jobs that share the change, which is told once for all of them."""
    detail: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """What belongs to the layer: ``hunks``, ``delta``, ``because``, ``table``, ``reason`` …"""
    pairs: frozenset[int] = frozenset()
    """The aligned steps that share it, by their place in the alignment."""


@dataclass(frozen=True, slots=True)
class LayerDiff:
    """One layer: the verdict, and what it rests on."""

    status: Status
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader should know beside the changes, a sentence each."""
    state: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Context of the layer, such as the commits that the code was taken from."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the two things compared."""

    id: str
    kind: str
    name: str
    sha256: str | None = None
    run: Mapping[str, Any] | None = None
    """The run that it is, or that made it: ``id``, ``job``, ``state``, ``started_at``."""


@dataclass(frozen=True, slots=True)
class StepPlace:
    """A step of the two lineages: a run on either side, or on one."""

    job: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that may be the cause of what differs in the end."""

    layer: str
    """That of the change; ``steps`` for a step that only one side has."""
    name: str
    """A file, with the line for an edit; a parameter, a package …"""
    kind: str
    """Its row in the table of weights."""
    weight: int
    """0 to 100; it orders, and is no probability."""
    says: str
    """What speaks for it or against it, for people."""
    why: str
    """Why such changes weigh what they weigh."""
    change: Change
    edit: Mapping[str, Any] | None = None
    """Of a change of code the one place that this candidate is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What two lineages share and where they part."""

    a: Compared
    b: Compared
    steps: tuple[StepPlace, ...]
    layers: Mapping[str, LayerDiff]
    """In the order in which they are told."""
    ranking: tuple[Candidate, ...] = ()
    """What may be the cause, likeliest first; consequences are not among it."""
    incomparable: tuple[str, ...] = ()
    """Why the figures of the two do not compare as they stand, a sentence each."""
    evaluations: Mapping[str, tuple[Mapping[str, Any], ...]] = field(
        default_factory=lambda: MappingProxyType({"a": (), "b": ()})
    )
    """Of the models on either side, how often their line was measured on the same data before."""

    @property
    def status(self) -> Status:
        """``same`` only if every layer is; ``unknown`` if nothing is known to differ."""
        found = {layer.status for layer in self.layers.values()}
        if "changed" in found or any(None in {step.a, step.b} for step in self.steps):
            return "changed"
        return "unknown" if "unknown" in found else "same"


def verdict(changes: Iterable[Change]) -> Status:
    """The status of a layer: a difference that is known outweighs what is not."""
    found = {change.what for change in changes}
    if found - {"unknown"}:
        return "changed"
    return "unknown" if found else "same"
