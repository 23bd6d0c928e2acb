"""The question itself: which of the factors made the metric change, and by how much each.

In this order, and no further than the budget goes: is there a change beyond the noise of seeds;
which factors can do anything at all; what is each one's share; which of them act together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from whence.errors import ReproductionError
from whence.reproduction.attribution import joining
from whence.reproduction.attribution.estimates import Contrast, Estimate, Readings, added
from whence.reproduction.attribution.finding import (
    Finding,
    Interaction,
    Method,
    Share,
    Standing,
)
from whence.reproduction.attribution.joining import Join
from whence.reproduction.attribution.laboratory import Factor, Laboratory, Mixture
from whence.reproduction.attribution.sampling import Sampled, sample
from whence.reproduction.attribution.shapley import (
    Block,
    exact,
    interaction,
    screen,
    screening,
    subsets,
    swap,
    together,
    union,
)
from whence.reproduction.attribution.sifting import sift
from whence.reproduction.attribution.trials import Budget, BudgetSpentError, Trials

EXACT_UP_TO = 4
"""So many blocks get exact shares: 16 mixtures."""
CERTAIN = 0.99
"""How sure it must be that there is a change at all, before anybody is blamed for it."""
LOOK_TWICE = 3
"""Seeds after which equal values mean that seeds change nothing."""
_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """How thoroughly it is asked."""

    seeds: int = 3
    """Repeats of each mixture."""
    ends: int = 5
    """Repeats of A and of B, from which the noise is known."""
    precision: float = 0.2
    """Orders are sampled until the largest share's half interval is this part of the change."""
    orders: int = 64
    """Never more than so many."""
    chance: int = 20240229
    """Which orders are sampled."""


def attribute(
    laboratory: Laboratory,
    factors: Sequence[Factor],
    *,
    plan: Plan | None = None,
    budget: Budget | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Finding:
    """Find each factor's share in the change from A to B.

    Args:
        laboratory: Runs mixtures.
        factors: What differs; keys are unique.
        plan: How thoroughly.
        budget: When to stop.
        tell: Is told after each batch how many trials were run.

    Raises:
        ReproductionError: A or B itself cannot be run again.
    """
    trials = Trials(laboratory, budget, tell)
    question = _Question(trials, factors, plan or Plan())
    try:
        question.measure_ends()
        if question.is_noise():
            return question.answer(Standing.NO_EFFECT)
        question.is_real = True
        question.separate()
        question.share_out()
        question.look_for_interactions()
    except BudgetSpentError:
        question.make_do()
    return question.answer()


@dataclass
class _Question:
    trials: Trials
    factors: Sequence[Factor]
    plan: Plan
    blocks: tuple[Block, ...] = ()
    dead: tuple[Block, ...] = ()
    idle: list[Block] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    shares: Mapping[Block, Contrast] = field(default_factory=dict)
    sampled: Sampled | None = None
    method: Method = Method.NONE
    effects: list[Interaction] = field(default_factory=list)
    unrepeatable: tuple[str, ...] = ()
    is_real: bool = False
    """Whether the change is known to be more than noise."""
    complete: bool = True

    def __post_init__(self) -> None:
        self.everything = Mixture(each.key for each in self.factors)
        self.blocks = tuple(Mixture({each.key}) for each in self.factors)

    # ------------------------------------------------------------------ is there a change

    def measure_ends(self) -> None:
        """A and B with several seeds; fewer where seeds change nothing."""
        ends = (Mixture(), self.everything)
        most = max(self.plan.ends, self.plan.seeds)
        for seeds in (min(LOOK_TWICE, most), most):
            self.trials.ask(ends, range(seeds))
            for which, end in zip("AB", ends, strict=True):
                if end in self.trials.failed:
                    raise ReproductionError(
                        f"{which} itself cannot be run again: {self.trials.failed[end]}",
                        hint="`whence reproduce` on it says what is missing",
                    )
            self.unrepeatable = tuple(
                which
                for which, end in zip("AB", ends, strict=True)
                if self.trials.forget_unrepeatable(end)
            )
            if self.readings().is_exact:
                return

    def readings(self) -> Readings:
        return Readings(self.trials.values)

    def is_noise(self) -> bool:
        change = self.readings().welch(Mixture(), self.everything, CERTAIN)
        return not change.beyond_noise

    # --------------------------------------------------------------- what can do anything

    def setting(self, blocks: frozenset[Block]) -> Mixture:
        """Blocks without effect are as in A, except in B itself.

        What changes nothing at all may be as in B as well, where that was run already.
        """
        if blocks == frozenset(self.blocks):
            return self.everything
        plain = union(blocks)
        twin = plain.union(*self.idle)
        values = self.trials.values
        return twin if twin in values and plain not in values else plain

    def seeds(self) -> Sequence[int]:
        return range(1 if self.readings().is_exact else self.plan.seeds)

    def separate(self) -> None:
        """Leave out what does nothing, and make one of what cannot be told apart."""
        if len(self.factors) > EXACT_UP_TO:
            self.blocks, self.dead = sift(self.trials, self.factors, self.seeds)
        while len(self.blocks) > 1:
            wanted = list(screening(self.setting, self.blocks))
            self.trials.ask(wanted, self.seeds())
            if self.join_failing(wanted) or self.leave_out():
                continue
            if len(self.blocks) <= EXACT_UP_TO:
                wanted += [self.setting(some) for some in subsets(self.blocks)]
                self.trials.ask(wanted, self.seeds())
            if not self.join_failing(wanted):
                return

    def leave_out(self) -> bool:
        """Leave out what changes nothing at all: seed by seed the values stay the same.

        Where seeds change nothing this would be one value each, which may be chance; there all
        mixtures are quick to run, and it is found that way.
        """
        everything = frozenset(self.blocks)
        idle = [
            block
            for block in self.blocks
            if self.trials.are_equal(block, Mixture())
            and self.trials.are_equal(self.setting(everything - {block}), self.everything)
        ]
        self.idle += idle
        self.dead += tuple(idle)
        self.blocks = tuple(each for each in self.blocks if each not in idle)
        return bool(idle)

    def join_failing(self, wanted: Iterable[Mixture]) -> bool:
        """Make one of two blocks where a mixture that is wanted cannot run; whether it was so."""
        failed = self.trials.failed
        if not any(each in failed for each in wanted):
            return False
        failed = {
            mixture: reason
            for mixture, reason in failed.items()
            if not any(joining.splits(each, mixture) for each in self.blocks)
        }
        pairs = joining.suspects(self.blocks, self.trials.values.keys(), failed)
        if len(pairs) > 1:
            self.trials.ask(joining.questions(pairs), self.seeds()[:1])
            pairs = joining.suspects(self.blocks, self.trials.values.keys(), failed)
        join = joining.join(pairs[0], failed)
        self.joins = [each for each in self.joins if not each.members <= join.members] + [join]
        self.blocks = joining.joined(self.blocks, join)
        return True

    # -------------------------------------------------------------------- what each did

    def share_out(self) -> None:
        """Shares as good as the number of blocks allows."""
        if len(self.blocks) <= EXACT_UP_TO:
            self.shares, self.method = exact(self.setting, self.blocks), Method.EXACT
            return
        self.shares, self.method = screen(self.setting, self.blocks), Method.SCREEN
        if self.is_additive():
            return
        while True:
            found = sample(self.trials, self.setting, self.blocks, self.plan, self.seeds, self.keep)
            if found is None or not self.join_failing(found):
                return
            self.sampled = None
            self.separate()
            if len(self.blocks) <= EXACT_UP_TO:
                self.shares, self.method = exact(self.setting, self.blocks), Method.EXACT
                return
            self.shares, self.method = screen(self.setting, self.blocks), Method.SCREEN

    def make_do(self) -> None:
        """The budget is spent: if there are no shares yet, those of the screen, if it was run."""
        self.complete = False
        readings = self.readings()
        wanted = list(screening(self.setting, self.blocks))
        if self.is_real and not self.shares and all(each in readings for each in wanted):
            self.shares, self.method = screen(self.setting, self.blocks), Method.SCREEN

    def keep(self, sampled: Sampled) -> None:
        self.sampled, self.method = sampled, Method.ORDERS

    def is_additive(self) -> bool:
        """Whether every first swap is as large as the last one, but for noise."""
        level = 1 - 0.05 / len(self.blocks)
        readings = self.readings()
        return not any(
            readings.estimate(added([first, last], [1.0, -1.0]), level).beyond_noise
            for first, last in map(self.swaps, self.blocks)
        )

    def swaps(self, block: Block) -> tuple[Contrast, Contrast]:
        rest = frozenset(self.blocks) - {block}
        return swap(self.setting, frozenset(), block), swap(self.setting, rest, block)

    # ------------------------------------------------------------- what they do together

    def look_for_interactions(self) -> None:
        """What pairs do together: from all mixtures, or on A and from B for the likeliest pairs."""
        if len(self.blocks) < 2:
            return
        if self.method is Method.EXACT:
            pairs = list(combinations(self.blocks, 2))
            contrasts = [interaction(self.setting, self.blocks, *pair) for pair in pairs]
        else:
            pairs = self.likely_pairs()
            everything = frozenset(self.blocks)
            contrasts = [
                added(
                    [
                        together(self.setting, frozenset(), *pair),
                        together(self.setting, everything - set(pair), *pair),
                    ],
                    [0.5, 0.5],
                )
                for pair in pairs
            ]
            self.trials.ask(dict.fromkeys(m for each in contrasts for m in each), self.seeds())
        readings, failed = self.readings(), self.trials.failed
        level = 1 - (1 - CERTAIN) / max(len(pairs), 1)
        for pair, contrast in zip(pairs, contrasts, strict=True):
            if any(each in failed for each in contrast):
                continue
            effect = readings.estimate(contrast, level)
            if effect.beyond_noise:
                self.effects.append(Interaction(pair, effect))
        self.effects.sort(key=lambda each: -abs(each.effect.value))

    def likely_pairs(self) -> list[tuple[Block, Block]]:
        """Pairs of blocks whose first and last swap differ, most first."""
        readings = self.readings()
        level = 1 - 0.05 / len(self.blocks)
        uneven = {}
        for block in self.blocks:
            gap = readings.estimate(added([*self.swaps(block)], [1.0, -1.0]), level)
            if gap.beyond_noise:
                uneven[block] = abs(gap.value)
        most = sorted(uneven, key=lambda each: -uneven[each])
        pairs = sorted(combinations(most, 2), key=lambda two: -min(uneven[each] for each in two))
        return pairs[:_PAIRS]

    # ------------------------------------------------------------------------ the answer

    def answer(self, standing: Standing | None = None) -> Finding:
        readings, ends = self.readings(), (Mixture(), self.everything)
        # One value of each says nothing of what other seeds would give.
        known = all(each in readings for each in ends) and readings.freedom > 0
        if standing is None:
            standing = Standing.EXPLAINED if self.shares else Standing.UNFINISHED
            if self.shares and len(self.blocks) == 1 and self.joins:
                standing = Standing.NOT_SEPARABLE
        shares = self.told_shares(readings)
        return Finding(
            standing=standing,
            method=self.method,
            a=readings.estimate({ends[0]: 1.0}) if known else None,
            b=readings.estimate({ends[1]: 1.0}) if known else None,
            change=readings.welch(*ends, 0.95) if known else None,
            shares=shares,
            without_effect=self.dead,
            changes_nothing=tuple(self.idle),
            interactions=tuple(self.effects),
            tied=self.ties(readings, shares),
            joins=tuple(self.joins),
            noise=readings.noise,
            seeds=self.trials.seeds(),
            spent=self.trials.spent,
            unrepeatable=self.unrepeatable,
            complete=self.complete,
            trials=tuple(self.trials.told()),
        )

    def told_shares(self, readings: Readings) -> tuple[Share, ...]:
        if not self.shares:
            return ()
        level = 1 - 0.05 / len(self.blocks)
        told = []
        for block in self.blocks:
            first, last = self.swaps(block)
            alone, undone = readings.value(first), readings.value(last)
            told.append(Share(block, self.share(readings, block, level), alone, undone))
        return tuple(sorted(told, key=lambda each: -abs(each.share.value)))

    def share(self, readings: Readings, block: Block, level: float) -> Estimate:
        if self.sampled is not None:
            return self.sampled.estimate(readings, {block: 1.0}, level)
        found = readings.estimate(self.shares[block], level)
        if self.method is Method.SCREEN and not self.is_additive():
            first, last = map(readings.value, self.swaps(block))
            return found.widened(abs(first - last) / 2)
        return found

    def ties(self, readings: Readings, shares: Sequence[Share]) -> tuple[Block, ...]:
        """Blocks that pull the way of the leading one, and may pull as much."""
        causes = [each for each in shares if each.share.beyond_noise]
        if not causes:
            return ()
        first = causes[0]
        tied = [first.block]
        for other in causes[1:]:
            if (other.share.value > 0) != (first.share.value > 0):
                continue
            if self.sampled is not None:
                gap = self.sampled.estimate(readings, {first.block: 1.0, other.block: -1.0}, 0.95)
            else:
                two = [self.shares[first.block], self.shares[other.block]]
                gap = readings.estimate(added(two, [1.0, -1.0]))
            if not gap.beyond_noise:
                tied.append(other.block)
        return tuple(tied) if len(tied) > 1 else ()
