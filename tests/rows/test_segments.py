import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.rows.segments import UNNAMED, Segment, find_segment, most_telling

NAMES = {1: "UA", 2: "DL", 3: "AA"}
BASE = {1: 1000, 2: 2000, 3: 7000}


def test_rows_that_lie_in_one_value_are_told_with_its_share() -> None:
    found = find_segment("changed", "carrier", {1: 98, 3: 2}, BASE, NAMES)
    assert found == Segment("changed", "carrier", ("UA",), 98, 100, 1000, 10_000)
    assert found.sentence() == "changed rows: 98 % have `carrier` = UA (10 % of all rows do)"


def test_rows_spread_like_the_table_tell_nothing() -> None:
    assert find_segment("removed", "carrier", {1: 10, 2: 20, 3: 70}, BASE, NAMES) is None


@pytest.mark.parametrize("moved", [{}, {1: 2}, BASE])
def test_none_few_or_all_rows_tell_nothing(moved: dict[int, int]) -> None:
    assert find_segment("removed", "carrier", moved, BASE, NAMES) is None


def test_a_segment_that_is_gone_or_new_is_said_to_be() -> None:
    gone = find_segment("removed", "carrier", {1: 1000}, BASE, NAMES)
    assert gone is not None
    assert gone.sentence() == (
        "removed rows: all have `carrier` = UA; these are all rows that have it, so it is gone"
    )
    new = find_segment("added", "carrier", {1: 1000, 3: 10}, BASE, NAMES)
    assert new is not None
    assert "99 % have `carrier` = UA" in new.sentence()
    assert new.sentence().endswith("so it is new")


def test_whole_numbers_in_a_row_are_a_span() -> None:
    base = dict.fromkeys(range(1, 32), 100)
    found = find_segment(
        "removed", "day", dict.fromkeys(range(10, 16), 90), base, {at: str(at) for at in base}
    )
    assert found is not None
    assert "all have `day` from 10 to 15 (19 %" in found.sentence()


def test_values_that_are_not_kept_by_name() -> None:
    found = find_segment("changed", "k", {9: 40}, {9: 40, 1: 5000}, {})
    assert found is not None
    assert found.values == (UNNAMED,)
    assert f"`k` of {UNNAMED}" in found.sentence()


def test_only_the_most_telling_ones_are_told() -> None:
    segments = [
        Segment("changed", f"c{at}", ("v",), 90, 100, 10 * at, 10_000) for at in range(1, 9)
    ]
    removed = Segment("removed", "r", ("v",), 90, 100, 200, 10_000)
    told = most_telling([*segments, removed])
    assert [each.column for each in told] == ["r", "c1", "c2", "c3"]


@given(
    st.dictionaries(st.integers(1, 5), st.integers(1, 500), min_size=1),
    st.dictionaries(st.integers(1, 5), st.integers(0, 5000), min_size=1),
)
def test_what_is_told_holds(moved: dict[int, int], rest: dict[int, int]) -> None:
    base = {code: moved.get(code, 0) + rest.get(code, 0) for code in {*moved, *rest}}
    found = find_segment("removed", "c", moved, base, {code: str(code) for code in base})
    if found is not None:
        codes = list(map(int, found.values))
        assert found.rows == sum(moved[code] for code in codes)
        assert found.base == sum(base[code] for code in codes)
        assert found.rows / found.of >= 1.5 * found.base / found.total
        assert found.weight > 0
        assert found.sentence().isprintable()
