"""Laboratories whose truth is known, since it was planted."""

import random
from collections.abc import Callable, Mapping, Sequence

from whence.reproduction.attribution.laboratory import Factor, Mixture, Outcome, Trial

Compute = Callable[[Mixture, int], float | str]


class Planted:
    """A laboratory that computes a value, or says in words why a mixture cannot run."""

    def __init__(self, compute: Compute, width: int = 1) -> None:
        self.compute = compute
        self.width = width
        self.asked: list[Trial] = []

    def run(self, trials: Sequence[Trial]) -> Sequence[Outcome]:
        assert len(trials) <= self.width
        self.asked += trials
        found = [self.compute(each.mixture, each.seed) for each in trials]
        return [Outcome(None, each) if isinstance(each, str) else Outcome(each) for each in found]


def planted(
    effects: Mapping[str, float],
    together: Mapping[str, float] | None = None,
    *,
    noise: Callable[[Mixture], float] = lambda _: 0.0,
    fails: Callable[[Mixture], str] = lambda _: "",
    chance: int = 0,
) -> Planted:
    """A laboratory of single effects and of effects of letters together, with noise of its own."""

    def compute(mixture: Mixture, seed: int) -> float | str:
        if reason := fails(mixture):
            return reason
        value = 0.8 + sum(effects[each] for each in sorted(mixture))
        value += sum(
            effect for keys, effect in (together or {}).items() if set(keys) <= set(mixture)
        )
        drawn = random.Random(repr((chance, sorted(mixture), seed)))
        return value + drawn.gauss(0, 1) * noise(mixture)

    return Planted(compute)


def factors(keys: Sequence[str]) -> list[Factor]:
    return [Factor(key, f"layer of {key[0]}") for key in keys]
