"""An ancestry as things and runs, each with what is known of it: what a score is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from whence.model.edge import Basis
from whence.model.identity import NodeId
from whence.model.node import NodeKind

SOUND = 1e-9
"""Shares closer to each other than this are the same: they are sums of floating-point numbers."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far a question is answered."""

    basis: Basis
    """The strongest of the bases that the answer has."""
    share: float = 1.0
    """How much of it is known, from 0 to 1."""
    missing: str = ""
    """What is not, in words."""
    advice: str = ""
    """What would fill it, if somebody said so."""


def unknown(missing: str) -> Evidence:
    """A question that is asked and that nothing answers."""
    return Evidence(Basis.OBSERVED, 0.0, missing)


Answers = Mapping[tuple[str, str], Evidence]
"""Layer and question → the evidence; a question that does not apply is not among them."""

_NONE: Answers = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Origin:
    """One way to what a thing came from."""

    of: NodeId
    """A run, or a thing."""
    basis: Basis
    executed: bool = True
    """Whether something must have been executed on the way: not for a copy or a member."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An artifact, or a name for one."""

    id: NodeId
    name: str
    kind: NodeKind
    content: Basis | None = None
    """How its bytes are known; ``None`` where they are not."""
    origins: tuple[Origin, ...] = ()
    source: Basis | None = None
    """How the address is known from which it came into the project; the story ends there."""
    is_name: bool = False
    """Whether it only names another thing, as a registered version does."""


@dataclass(frozen=True, slots=True)
class RunTold:
    """A run, with its answers."""

    id: NodeId
    job: str
    used: tuple[NodeId, ...] = ()
    """The data that it used; of the run that is asked about also its parts."""
    answers: Answers = field(default_factory=lambda: _NONE)
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a score is made of."""

    root: NodeId
    things: Mapping[NodeId, Thing]
    runs: Mapping[NodeId, RunTold]
    evaluation: Answers = field(default_factory=lambda: _NONE)
    """Of the model that is asked about; empty where it is none."""
    base_models: Mapping[NodeId, Answers] = field(default_factory=lambda: MappingProxyType({}))
    """Models that went into others, or of which nobody recorded the making."""
    models: tuple[str, ...] = ()
    """The names of the models that are asked about."""
