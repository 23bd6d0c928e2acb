"""Quantiles as tables have them, and intervals that hold what they promise."""

import math
import random

import pytest

from whence.reproduction.attribution.estimates import Readings, added, student
from whence.reproduction.attribution.laboratory import Mixture

A, B = Mixture(), Mixture("b")


@pytest.mark.parametrize(
    ("level", "freedom", "quantile"),
    [  # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2
        (0.95, 1, 12.706),
        (0.95, 2, 4.303),
        (0.95, 4, 2.776),
        (0.95, 9, 2.262),
        (0.99, 8, 3.355),
        (0.99, 30, 2.750),
        (0.998, 100, 3.174),
    ],
)
def test_quantiles_are_those_of_the_table(level: float, freedom: int, quantile: float) -> None:
    assert student(level, freedom) == pytest.approx(quantile, abs=6e-4)


def test_without_repeats_nothing_is_certain() -> None:
    assert student(0.95, 0) == math.inf
    assert Readings({A: [1.0], B: [2.0]}).estimate({A: -1.0, B: 1.0}).high == 1.0
    assert not Readings({A: [1.0], B: [2.0]}).is_exact


@pytest.mark.parametrize("spread", [1.0, 20.0])
def test_intervals_hold_the_truth_as_often_as_they_say(spread: float) -> None:
    chance = random.Random(1)
    held = 0
    for _ in range(400):
        readings = Readings(
            {
                A: [chance.gauss(0, 1) for _ in range(5)],
                B: [chance.gauss(3, spread) for _ in range(5)],
            }
        )
        found = readings.welch(A, B, 0.95)
        held += found.low <= 3 <= found.high
    assert 0.92 <= held / 400 <= 0.99


def test_equal_repeats_leave_no_doubt_and_rounding_is_no_difference() -> None:
    readings = Readings({A: [0.1 + 0.2] * 3, B: [0.3] * 3})
    assert readings.is_exact
    assert readings.estimate({B: 1.0, A: -1.0}).value == 0.0
    assert not readings.welch(A, B, 0.99).beyond_noise


def test_sums_of_contrasts_forget_what_cancels() -> None:
    assert added([{A: 1.0, B: -1.0}, {A: -1.0}]) == {B: -1.0}
