from hypothesis import given
from hypothesis import strategies as st

from whence.query.diff.matching import Likeness, match

WORDS = st.lists(st.sampled_from(["ab", "ac", "b", "bc", "c"]), max_size=12)
WHOLE: Likeness[str] = Likeness(lambda word: word)
FIRST: Likeness[str] = Likeness(lambda word: word[0])


def test_the_closer_likeness_goes_first() -> None:
    pairs, left, right = match(["ab", "ac", "b"], ["ac", "ad"], [WHOLE, FIRST])
    assert pairs == [("ac", "ac"), ("ab", "ad")]
    assert (left, right) == (["b"], [])


def test_equal_ones_pair_in_their_order() -> None:
    pairs, left, right = match(["a1", "a2", "a3"], ["ax", "ay"], [FIRST])
    assert pairs == [("a1", "ax"), ("a2", "ay")]
    assert (left, right) == (["a3"], [])


def test_an_even_likeness_pairs_all_or_none() -> None:
    even: Likeness[str] = Likeness(lambda word: word[0], evenly=True)
    assert match(["a1", "a2"], ["ax"], [even]) == ([], ["a1", "a2"], ["ax"])
    assert match(["a1", "a2"], ["ax", "ay"], [even])[0] == [("a1", "ax"), ("a2", "ay")]


def test_what_has_no_key_is_like_nothing() -> None:
    none: Likeness[str] = Likeness(lambda _: None)
    assert match(["a"], ["a"], [none]) == ([], ["a"], ["a"])


@given(WORDS, WORDS)
def test_everything_is_paired_once_or_left_over(a: list[str], b: list[str]) -> None:
    pairs, left, right = match(a, b, [WHOLE, FIRST])
    assert sorted([one for one, _ in pairs] + left) == sorted(a)
    assert sorted([other for _, other in pairs] + right) == sorted(b)
    assert not {word[0] for word in left} & {word[0] for word in right}


@given(WORDS, WORDS)
def test_exchanging_the_sides_exchanges_the_answer(a: list[str], b: list[str]) -> None:
    pairs, left, right = match(a, b, [WHOLE, FIRST])
    back, right_again, left_again = match(b, a, [WHOLE, FIRST])
    assert sorted((one, other) for other, one in back) == sorted(pairs)
    assert (left, right) == (left_again, right_again)
