"""Weights: each way to share sums to the change, whatever mixtures give."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.attribution.estimates import Contrast
from whence.reproduction.attribution.laboratory import Mixture
from whence.reproduction.attribution.shapley import exact, orders, screen, subsets, union, walk

BLOCKS = tuple(map(Mixture, "abcd"))
GAMES = st.lists(st.floats(-5, 5), min_size=16, max_size=16).map(
    lambda values: dict(zip(map(union, subsets(BLOCKS)), values, strict=True))
)


def worth(contrast: Contrast, game: dict[Mixture, float]) -> float:
    return sum(weight * game[mixture] for mixture, weight in contrast.items())


@given(GAMES, st.integers(0, 1000))
def test_shares_sum_to_the_change(game: dict[Mixture, float], chance: int) -> None:
    change = game[Mixture("abcd")] - game[Mixture()]
    for shares in (
        exact(union, BLOCKS),
        screen(union, BLOCKS),
        walk(union, next(orders(BLOCKS, chance))),
    ):
        assert sum(worth(each, game) for each in shares.values()) == pytest.approx(change)


@given(GAMES)
def test_all_orders_together_are_exact(game: dict[Mixture, float]) -> None:
    seen = dict.fromkeys(islice(orders(BLOCKS, 1), 2000))
    assert len(seen) == 24
    shares = exact(union, BLOCKS)
    for block in BLOCKS:
        mean = sum(worth(walk(union, order)[block], game) for order in seen) / 24
        assert worth(shares[block], game) == pytest.approx(mean)


def test_each_order_is_followed_by_its_reverse() -> None:
    one, other = islice(orders(BLOCKS, 5), 2)
    assert one == other[::-1]
