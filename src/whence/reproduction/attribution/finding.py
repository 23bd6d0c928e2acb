"""The answer: what share each factor has in the change of a metric."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from whence.reproduction.attribution.estimates import Estimate
from whence.reproduction.attribution.joining import Join
from whence.reproduction.attribution.laboratory import Mixture, Outcome, Trial
from whence.reproduction.attribution.shapley import Block

_NOTHING: Mapping[str, float] = MappingProxyType({})


class Standing(Enum):
    """What an attribution comes to."""

    EXPLAINED = "explained"
    """Every factor has its share."""
    NO_EFFECT = "no effect beyond noise"
    """The change is one that other seeds give as well."""
    NOT_SEPARABLE = "not separable"
    """No mixture of the factors can run: only all of them together have a share."""
    UNFINISHED = "unfinished"
    """The budget ended before there were shares."""


class Method(Enum):
    """How the shares were found."""

    EXACT = "exact"
    """All mixtures were run."""
    SCREEN = "first and last swaps"
    """Each factor alone, and each undone alone."""
    ORDERS = "sampled orders"
    """Mixtures along sampled orders of joining."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the change that one block of factors has."""

    block: Block
    share: Estimate
    alone: float | None
    """The change where it alone is as in B; ``None`` where that was not tried."""
    undone: float | None
    """The change where it comes last, that is what undoing it alone would take back."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """What two blocks do together beyond what each does."""

    blocks: tuple[Block, Block]
    effect: Estimate


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a metric changed from A to B, as far as the budget went."""

    standing: Standing
    method: Method
    a: Estimate | None
    b: Estimate | None
    change: Estimate | None
    shares: tuple[Share, ...] = ()
    """Largest first; they sum to the change."""
    without_effect: tuple[Block, ...] = ()
    """Blocks of which nothing was seen beyond noise, neither on A nor from B."""
    changes_nothing: tuple[Block, ...] = ()
    """Those of them with which every seed gave the very same value as without."""
    interactions: tuple[Interaction, ...] = ()
    tied: tuple[Block, ...] = ()
    """Blocks of which nobody can say which has the larger share, the leading one first."""
    joins: tuple[Join, ...] = ()
    noise: float = 0.0
    """Standard deviation between seeds."""
    seeds: int = 0
    spent: int = 0
    """Trials that were run for it; what was known before is not counted."""
    unrepeatable: tuple[str, ...] = ()
    """Which of ``A`` and ``B``, done again, always gives another value than was recorded of it."""
    complete: bool = True
    """Whether it is as precise as it was meant to be."""
    trials: tuple[tuple[Trial, Outcome], ...] = field(default=())

    @property
    def causes(self) -> tuple[Share, ...]:
        """The shares that are more than noise."""
        return tuple(each for each in self.shares if each.share.beyond_noise)

    def mean(self, mixture: Mixture) -> float | None:
        """What a mixture gave, over its seeds."""
        values = [
            outcome.value
            for trial, outcome in self.trials
            if trial.mixture == mixture and outcome.value is not None
        ]
        return sum(values) / len(values) if values else None
