"""Where mixtures of two versions are tried: the seam between deciding and doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Mixture = frozenset[str]
"""The factors that are as in B; all others are as in A. The empty one is A itself."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A mixture to be run once."""

    mixture: Mixture
    seed: int
    """0 leaves the recorded seeds; others move the seeds of the training, each in its own way."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial gave."""

    value: float | None
    """The metric; ``None`` where the mixture did not run or did not tell it."""
    reason: str = ""
    """Why there is no value."""
    runs: tuple[str, ...] = ()
    """The ids of the runs that it consisted of, oldest first."""
    fresh: bool = True
    """Whether anything was run for it; what was known already costs nothing of a budget."""
    recorded: bool = False
    """Whether it is what the user's own runs gave, before anybody asked."""


class Laboratory(Protocol):
    """Runs trials."""

    width: int
    """How many it can run at once."""

    def run(self, trials: Sequence[Trial]) -> Sequence[Outcome]:
        """What each gave, in the same order."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that differs between A and B and can be set as in either."""

    key: str
    group: str = ""
    """Factors of one group are tried together first, where there are many."""


Values = Mapping[Mixture, Sequence[float]]
"""What each mixture gave, seed by seed."""
