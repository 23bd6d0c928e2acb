"""Steps that carry a change are found among many, and noise is no step."""

import math
import random
from collections.abc import Mapping

import pytest

from reproduction.attribution.planted import Planted
from whence.errors import ReproductionError
from whence.reproduction.attribution.laboratory import Mixture
from whence.reproduction.attribution.stepping import find_steps
from whence.reproduction.attribution.trials import Budget


def row(
    steps: Mapping[int, float],
    *,
    noise: float = 0.0,
    broken: frozenset[int] = frozenset(),
    chance: int = 0,
) -> Planted:
    """Points of which each step number adds its change from then on."""

    def compute(mixture: Mixture, seed: int) -> float | str:
        number = int(next(iter(mixture)))
        if number in broken:
            return "it does not start"
        drawn = random.Random(repr((chance, number, seed))).gauss(0, 1) * noise
        return sum(change for at, change in steps.items() if at <= number) + drawn

    return Planted(compute)


@pytest.mark.parametrize("at", [1, 17, 40, 64])
def test_one_step_of_many_is_found_in_few_runs(at: int) -> None:
    found = find_steps(row({at: -1.0}), 64)
    assert [(each.after, each.until) for each in found.carriers] == [(at - 1, at)]
    assert found.spent <= 6 + math.ceil(math.log2(64))


@pytest.mark.parametrize("chance", range(10))
def test_one_step_is_found_through_noise(chance: int) -> None:
    found = find_steps(row({23: -1.0}, noise=0.1, chance=chance), 40)
    assert [each.until for each in found.carriers] == [23]


def test_steps_that_add_up_are_all_found() -> None:
    found = find_steps(row({5: -1.0, 20: -0.5, 21: -2.0}), 32)
    assert [each.until for each in found.carriers] == [5, 20, 21]
    assert [each.change.value for each in found.carriers] == pytest.approx([-1.0, -0.5, -2.0])


@pytest.mark.parametrize("chance", range(20))
def test_where_only_noise_is_no_step_is_blamed(chance: int) -> None:
    assert find_steps(row({}, noise=1.0, chance=chance), 30).carriers == ()


def test_a_step_between_points_that_cannot_run_is_told_as_a_span() -> None:
    found = find_steps(row({5: 1.0}, broken=frozenset({4, 5, 6})), 16)
    assert [(each.after, each.until) for each in found.carriers] == [(3, 7)]
    assert {number for number, _ in found.broken} <= {4, 5, 6}


def test_an_end_that_cannot_run_is_an_error() -> None:
    with pytest.raises(ReproductionError, match="B itself cannot be run again"):
        find_steps(row({}, broken=frozenset({8})), 8)


@pytest.mark.parametrize("runs", range(12))
def test_a_spent_budget_ends_the_search(runs: int) -> None:
    laboratory = row({40: 1.0}, noise=0.01)
    found = find_steps(laboratory, 64, budget=Budget(runs=runs))
    assert not found.complete
    assert len(laboratory.asked) <= runs
