"""Which of many steps in a row carries a change, if the change is monotone.

A row of points leads from A to B, each one step after the other. Halves whose ends are alike are
not looked into; so one step is found in about ``log2`` of their number, and several steps are all
found, as long as they do not undo each other between the two ends of a half.
"""

from collections.abc import Callable
from dataclasses import dataclass

from whence.errors import ReproductionError
from whence.reproduction.attribution.attribute import CERTAIN, Plan
from whence.reproduction.attribution.estimates import Estimate, Readings
from whence.reproduction.attribution.laboratory import Laboratory, Mixture, Outcome, Trial
from whence.reproduction.attribution.trials import Budget, BudgetSpentError, Trials


def point(number: int) -> Mixture:
    """How a laboratory is asked for a point: by its number, 0 being A."""
    return Mixture({str(number)})


@dataclass(frozen=True, slots=True)
class Carrier:
    """A step that carries a change, or a few of which nobody can say which does."""

    after: int
    """The last point before the change."""
    until: int
    """The first point after it; ``after + 1`` where all points between can run."""
    change: Estimate


@dataclass(frozen=True, slots=True)
class Steps:
    """What was found."""

    change: Estimate | None
    """From A to B; ``None`` where the budget ended before that."""
    carriers: tuple[Carrier, ...]
    noise: float
    seeds: int
    spent: int
    complete: bool
    broken: tuple[tuple[int, str], ...]
    """Points that cannot run, each with the reason."""
    trials: tuple[tuple[Trial, Outcome], ...]


def find_steps(
    laboratory: Laboratory,
    last: int,
    *,
    plan: Plan | None = None,
    budget: Budget | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Steps:
    """Find the steps that carry the change from point 0 to the last.

    Args:
        laboratory: Runs points; see ``point``.
        last: The number of the last point, which is B.
        plan: How often each is repeated.
        budget: When to stop.
        tell: Is told after each batch how many trials were run.

    Raises:
        ReproductionError: the first or the last point cannot run.
    """
    search = _Search(Trials(laboratory, budget, tell), last, plan or Plan())
    complete = True
    try:
        search.measure_ends()
        search.look_between(0, last)
    except BudgetSpentError:
        complete = False
    return search.answer(complete=complete)


class _Search:
    def __init__(self, trials: Trials, last: int, plan: Plan) -> None:
        self._trials = trials
        self._last = last
        self._plan = plan
        self._carriers: list[Carrier] = []

    def measure_ends(self) -> None:
        ends = (point(0), point(self._last))
        for seeds in (min(3, self._plan.ends), self._plan.ends):
            self._trials.ask(ends, range(seeds))
            for which, end in zip("AB", ends, strict=True):
                if end in self._trials.failed:
                    raise ReproductionError(
                        f"{which} itself cannot be run again: {self._trials.failed[end]}",
                        hint="`whence reproduce` on it says what is missing",
                    )
            if self._readings().is_exact:
                return

    def look_between(self, first: int, last: int) -> None:
        """Find what carries the change between two points that can run, earliest first."""
        change = self._change(first, last)
        if not change.beyond_noise:
            return
        middle = self._middle(first, last)
        if middle is None:
            self._carriers.append(Carrier(first, last, change))
            return
        self.look_between(first, middle)
        self.look_between(middle, last)

    def _middle(self, first: int, last: int) -> int | None:
        """The point that can run nearest to the middle; ``None`` where there is none between."""
        between = sorted(
            range(first + 1, last), key=lambda each: (abs(2 * each - first - last), each)
        )
        for each in between:
            seeds = range(1 if self._readings().is_exact else self._plan.seeds)
            self._trials.ask([point(each)], seeds)
            if point(each) not in self._trials.failed:
                return each
        return None

    def _change(self, first: int, last: int) -> Estimate:
        """As sure as one must be when asking again and again, for halves of halves."""
        asked = max(self._last.bit_length(), 1)
        level = 1 - (1 - CERTAIN) / asked
        return self._readings().estimate({point(last): 1.0, point(first): -1.0}, level)

    def _readings(self) -> Readings:
        return Readings(self._trials.values)

    def answer(self, *, complete: bool) -> Steps:
        readings, ends = self._readings(), (point(0), point(self._last))
        known = all(end in readings for end in ends) and readings.freedom > 0
        return Steps(
            change=readings.welch(*ends, 0.95) if known else None,
            carriers=tuple(self._carriers),
            noise=readings.noise,
            seeds=self._trials.seeds(),
            spent=self._trials.spent,
            complete=complete,
            broken=tuple(
                sorted((int(next(iter(it))), why) for it, why in self._trials.failed.items())
            ),
            trials=tuple(self._trials.told()),
        )
