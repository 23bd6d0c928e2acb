"""What was tried so far, and how much may still be tried."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from whence.reproduction.attribution.laboratory import Laboratory, Mixture, Outcome, Trial, Values


class BudgetSpentError(Exception):
    """The next trial would be one too many; what was found until then stands."""


class Budget:
    """How much may be run.

    Args:
        runs: So many trials; ``None``: as many as it takes.
        seconds: No trial begins later than this.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        runs: int | None = None,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runs = runs
        self._clock = clock
        self._deadline = None if seconds is None else clock() + seconds

    def left(self, spent: int) -> int | None:
        """How many trials may begin now; ``None``: any number."""
        if self._deadline is not None and self._clock() >= self._deadline:
            return 0
        return None if self._runs is None else max(self._runs - spent, 0)


class Trials:
    """Asks the laboratory, each thing once, and remembers what it said.

    Args:
        laboratory: Who runs them.
        budget: When to stop.
        tell: Is told after each batch how many were run.
    """

    def __init__(
        self,
        laboratory: Laboratory,
        budget: Budget | None = None,
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._laboratory = laboratory
        self._budget = budget or Budget()
        self._tell = tell
        self._outcomes: dict[Trial, Outcome] = {}
        self._forgotten: set[Trial] = set()
        self.spent = 0
        """Trials that were really run."""

    def ask(self, mixtures: Iterable[Mixture], seeds: Sequence[int]) -> None:
        """Try mixtures with these seeds, as far as that is not known.

        The first seed of all goes first: what cannot run need not be tried again.

        Raises:
            BudgetSpentError: the budget ended before all of it was tried.
        """
        asked = list(dict.fromkeys(mixtures))
        for some in (seeds[:1], seeds[1:]):
            runs = [each for each in asked if each not in self.failed]
            self._run([Trial(mixture, seed) for seed in some for mixture in runs])

    def _run(self, trials: Iterable[Trial]) -> None:
        waiting = [each for each in trials if each not in self._outcomes]
        while waiting:
            left = self._budget.left(self.spent)
            if left == 0:
                raise BudgetSpentError
            size = max(1, self._laboratory.width)
            size = size if left is None else min(left, size)
            batch, waiting = waiting[:size], waiting[size:]
            for trial, outcome in zip(batch, self._laboratory.run(batch), strict=True):
                self._outcomes[trial] = outcome
                self.spent += outcome.fresh
            self._tell(self.spent)

    def forget_unrepeatable(self, mixture: Mixture) -> bool:
        """Leave out what a recorded run gave, if doing it again always gives the same other value.

        Then it depended on something that is not recorded, and is no draw of the same noise.
        """
        recorded = [
            trial
            for trial, outcome in self._outcomes.items()
            if trial.mixture == mixture and outcome.recorded
        ]
        again = [
            outcome.value
            for trial, outcome in self._outcomes.items()
            if trial.mixture == mixture and trial not in recorded
        ]
        if len(again) < 2 or len(set(again)) > 1 or not recorded:
            return False
        if self._outcomes[recorded[0]].value in again:
            return False
        self._forgotten.update(recorded)
        return True

    @property
    def values(self) -> Values:
        """What each mixture gave that runs."""
        found: dict[Mixture, list[float]] = defaultdict(list)
        failed = self.failed
        for trial, outcome in self._outcomes.items():
            usable = outcome.value is not None and trial not in self._forgotten
            if usable and trial.mixture not in failed:
                assert outcome.value is not None
                found[trial.mixture].append(outcome.value)
        return found

    def are_equal(self, one: Mixture, other: Mixture) -> bool:
        """Whether two mixtures gave the very same value with each of two or more same seeds."""
        both = [
            (outcome.value, twin.value)
            for trial, outcome in self._outcomes.items()
            if trial.mixture == one and (twin := self._outcomes.get(Trial(other, trial.seed)))
        ]
        return len(both) > 1 and all(a is not None and a == b for a, b in both)

    @property
    def failed(self) -> Mapping[Mixture, str]:
        """Mixtures that cannot run, each with the reason; one seed that fails is enough."""
        return {
            trial.mixture: outcome.reason
            for trial, outcome in self._outcomes.items()
            if outcome.value is None
        }

    def told(self) -> Iterator[tuple[Trial, Outcome]]:
        """Everything that was tried, smaller mixtures first."""
        yield from sorted(
            self._outcomes.items(),
            key=lambda each: (len(each[0].mixture), sorted(each[0].mixture), each[0].seed),
        )

    def seeds(self) -> int:
        """How many seeds the mixture had that was tried with most."""
        return max(map(len, self.values.values()), default=0)

    def runs(self) -> tuple[str, ...]:
        """All runs, each once."""
        return tuple(dict.fromkeys(chain.from_iterable(o.runs for _, o in self.told())))
