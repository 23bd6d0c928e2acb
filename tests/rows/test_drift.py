import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.rows.drift import Drift, cdf, find_drifts, ks, psi, tenths
from whence.rows.profile import GRID, Numbers, Profile


def grid_of(values: Sequence[float]) -> tuple[float, ...]:
    """Quantiles by linear interpolation, as quantile_cont has them."""
    ordered = sorted(values)
    found = []
    for step in range(GRID + 1):
        place = step / GRID * (len(ordered) - 1)
        low = math.floor(place)
        high = min(low + 1, len(ordered) - 1)
        found.append(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
    return tuple(found)


def numeric(values: Sequence[float], nulls: int = 0) -> Profile:
    numbers = Numbers(sum(values) / len(values), 1.0, grid_of(values))
    return Profile(len(values) + nulls, nulls, len(set(values)), 0, numbers)


def few(**counts: int) -> Profile:
    return Profile(sum(counts.values()), 0, len(counts), 0, None, counts)


def true_ks(some: Sequence[float], others: Sequence[float]) -> float:
    """From the samples themselves, Kolmogorov's definition."""
    a, b = sorted(some), sorted(others)
    return max(
        abs(bisect_right(a, x) / len(a) - bisect_right(b, x) / len(b)) for x in {*some, *others}
    )


def true_psi(some: Sequence[float], others: Sequence[float]) -> float:
    """From the samples themselves, over the tenths of the first."""
    ordered = sorted(some)
    edges = [ordered[len(ordered) * at // 10] for at in range(1, 10)]
    shares = []
    for values in (some, others):
        counts = [0] * 10
        for value in values:
            counts[bisect_left(edges, value)] += 1
        shares.append([max(count / len(values), 1e-4) for count in counts])
    return math.fsum((b - a) * math.log(b / a) for a, b in zip(*shares, strict=True))


@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (0.3, 1.0), (1.0, 1.0), (0.0, 1.6)])
def test_numbers_drift_as_their_samples_do(shift: float, scale: float) -> None:
    dice = random.Random(5)
    some = [dice.gauss(0, 1) for _ in range(20_000)]
    others = [dice.gauss(shift, scale) for _ in range(30_000)]
    a, b = grid_of(some), grid_of(others)
    assert ks(a, b) == pytest.approx(true_ks(some, others), abs=0.012)
    assert psi(*tenths(a, b)) == pytest.approx(true_psi(some, others), rel=0.05, abs=0.01)


def test_the_index_of_known_shares() -> None:
    # (0.2 - 0.5) ln(0.2 / 0.5) + (0.8 - 0.5) ln(0.8 / 0.5)
    assert psi([0.5, 0.5], [0.2, 0.8]) == pytest.approx(0.41588831, abs=1e-7)
    assert psi([0.3, 0.7], [0.3, 0.7]) == 0
    assert math.isfinite(psi([1.0, 0.0], [0.0, 1.0]))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=200))
def test_a_distribution_is_no_distance_from_itself(values: list[int]) -> None:
    grid = grid_of(list(map(float, values)))
    assert ks(grid, grid) == 0
    assert psi(*tenths(grid, grid)) == 0


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=300), st.integers(-10, 10))
def test_the_distribution_function_is_right_to_two_steps(values: list[int], x: int) -> None:
    share = sum(value <= x for value in values) / len(values)
    steps = 1 / GRID + 1 / (len(values) - 1)
    assert cdf(grid_of(list(map(float, values))), x) == pytest.approx(share, abs=steps)


def test_what_did_not_move_is_not_told() -> None:
    dice = random.Random(1)
    same = [[dice.gauss(0, 1) for _ in range(5000)] for _ in range(2)]
    assert find_drifts([("x", numeric(same[0]), numeric(same[1]))]) == ()
    assert find_drifts([("k", few(a=500, b=500), few(a=520, b=480))]) == ()


def test_chance_in_small_tables_is_not_told() -> None:
    dice = random.Random(2)
    told = 0
    for _ in range(60):
        some, others = ([dice.gauss(0, 1) for _ in range(60)] for _ in range(2))
        told += len(find_drifts([("x", numeric(some), numeric(others))]))
    assert told <= 4


def test_what_moved_is_told_farthest_first() -> None:
    base = [float(at % 1000) for at in range(5000)]
    drifts = find_drifts(
        [
            ("little", few(a=500, b=500), few(a=430, b=570)),
            ("far", numeric(base), numeric([value + 800 for value in base])),
            ("empty", numeric(base), numeric(base[:4500], nulls=500)),
        ]
    )
    assert [drift.name for drift in drifts] == ["far", "empty", "little"]
    assert drifts[0].sentence().startswith("`far` moved far as a whole: mean 499.5 → 1300 (PSI ")
    assert drifts[1].sentence() == "`empty` moved far as a whole: without a value 0 % → 10 %"
    assert drifts[2].sentence() == "`little` moved as a whole: a 50 % → 43 %, b 50 % → 57 %"


def test_a_new_value_is_told_by_name() -> None:
    (drift,) = find_drifts([("k", few(a=900, b=100), few(a=600, b=100, c=300))])
    assert drift.large
    assert drift.values[0] == ("c", 0.0, 0.3)
    assert "c 0 % → 30 %" in drift.sentence()


def test_few_rows_tell_nothing() -> None:
    assert find_drifts([("k", few(a=20), few(b=20))]) == ()


def test_what_is_told_is_safe_to_print() -> None:
    drift = Drift("x\x1b", {"share": 0.5}, large=True, values=(("\n", 0.0, 0.5),))
    assert drift.sentence().isprintable()
