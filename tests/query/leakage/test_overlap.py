"""Two sketches tell how many rows two tables share."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.query.leakage.overlap import FULL, Rows, contained

HASHES = st.frozensets(st.integers(0, 2**64 - 1), min_size=1, max_size=60)


def sketch(hashes: Iterable[int], count: int | None = None, sketched: int | None = None) -> Rows:
    distinct = sorted(set(hashes))
    count = len(distinct) if count is None else count
    return Rows(distinct[:FULL], count, count if sketched is None else sketched)


def hashes(seed: int, count: int) -> list[int]:
    chance = random.Random(seed)
    return [chance.getrandbits(64) for _ in range(count)]


@settings(deadline=None)
@given(HASHES, HASHES)
def test_of_small_tables_the_answer_is_exact(one: frozenset[int], other: frozenset[int]) -> None:
    told = contained(sketch(one), sketch(other))
    assert told.share == told.low == told.high == len(one & other) / len(one)


@pytest.mark.parametrize("shared", [0.0, 0.02, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("size", [3_000, 40_000])
def test_of_large_tables_the_interval_holds_the_truth(shared: float, size: int) -> None:
    trained = hashes(1, 80_000)
    both = round(shared * size)
    tested = trained[:both] + hashes(2, size - both)
    told = contained(sketch(tested), sketch(trained))
    assert told.low - 0.01 <= shared <= told.high + 0.01
    assert told.low <= told.share <= told.high
    assert told.sample <= FULL


def test_a_table_within_a_larger_one_is_within_it() -> None:
    whole = hashes(3, 5_000)
    assert contained(sketch(whole[:2_000]), sketch(whole)).share == 1.0
    assert contained(sketch(whole), sketch(whole[:2_000])).share == pytest.approx(0.4, abs=0.06)


def test_rows_that_were_not_looked_at_are_taken_to_be_alike() -> None:
    trained = hashes(4, 10_000)
    tested = trained[:500]
    halves = sketch(trained[::2])
    told = contained(sketch(tested), sketch(trained[::2], count=10_000, sketched=5_000))
    assert told.share == pytest.approx(2 * contained(sketch(tested), halves).share)
    assert told.low < told.high <= 1.0


def test_nothing_in_common_below_the_reach_leaves_the_interval_wide() -> None:
    told = contained(sketch(hashes(5, 3)), sketch(hashes(6, 100_000)))
    assert told.share == 0.0
    assert told.high > 0.3


def test_repeated_rows_are_noticed() -> None:
    distinct = hashes(7, 500)
    assert sketch(distinct, count=1_000).repeated() == pytest.approx(0.5)
    assert sketch(hashes(8, 50_000)).repeated() == 0.0
    assert sketch(hashes(8, 50_000), count=100_000).repeated() == pytest.approx(0.5, abs=0.1)
    assert Rows([], 0, 0).repeated() == 0.0
