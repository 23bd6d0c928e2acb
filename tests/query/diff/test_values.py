from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.query.diff.values import difference_of, flatten, is_rounded, normal, same_value

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (0.1, "0.10"),
        (0.1, "1e-1"),
        (1, 1.0),
        (1, "1"),
        (100, "1e2"),
        (1e-3, "0.001"),
        (0, -0.0),
        (0.5, ".5"),
        (2, "+2"),
        (2.0, "2."),
        (1e22, 10**22),
        (True, "True"),
        ("false", False),
        ([1, "0.10"], (1.0, 0.1)),
        ({"a": 1, "b": "2"}, {"b": 2, "a": 1.0}),
    ],
)
def test_the_same_value_written_differently(a: object, b: object) -> None:
    assert same_value(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (0.1, 0.2),
        (1, True),
        (0, False),
        (0, None),
        ("", None),
        (7, "007"),
        (1, -1),
        ("1e5", "1e6"),
        ("1.2.3", "1.2.30"),
        ("-", "+"),
        (".", "0"),
        ("e5", "0"),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 2}),
        ([], {}),
        ("nan", "NaN"),
        ("Adam", "adam"),
    ],
)
def test_values_that_are_not_the_same(a: object, b: object) -> None:
    assert not same_value(a, b)


@given(VALUES)
def test_a_value_is_itself_and_can_be_a_key(value: object) -> None:
    assert {normal(value): True}[normal(deepcopy(value))]


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 5))
def test_zeros_at_the_end_mean_nothing(number: object, zeros: int) -> None:
    text = f"{number:f}"
    assert same_value(text, (text if "." in text else text + ".") + "0" * zeros)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_what_it_is_printed_as(number: float) -> None:
    assert same_value(number, repr(number))


@given(st.integers(), st.integers())
def test_numbers_are_told_apart(a: int, b: int) -> None:
    assert same_value(a, str(b)) == (a == b)


def test_a_long_row_of_digits_is_compared_as_text() -> None:
    digits = "1" * 5_000
    assert same_value(digits, digits)
    assert not same_value(digits, digits + ".0")
    assert same_value("1e999999999", "10e999999998")


def test_how_far_a_number_went() -> None:
    assert difference_of(0.764, 0.749) == -0.015
    assert difference_of(3, 5) == 2
    assert difference_of(True, 2) is None
    assert difference_of("3", 5) is None
    assert difference_of(None, 5) is None


def test_nested_facts_get_dotted_names() -> None:
    facts = {"python": {"version": "3.11", "flags": {"utf8": True}}, "os": ["linux"]}
    assert dict(flatten(facts)) == {
        "python.version": "3.11",
        "python.flags.utf8": True,
        "os": ["linux"],
    }


@pytest.mark.parametrize(
    ("exact", "written", "rounded"),
    [
        (0.672109, 0.6721, True),
        (0.672109, 0.672109, True),
        (0.672109, 0.6722, False),
        (0.672109, 0.67, False),
        (3, 3.0, False),
        (float("nan"), 0.123, False),
    ],
)
def test_a_number_written_out_of_another(exact: object, written: object, rounded: bool) -> None:
    assert is_rounded(exact, written) == rounded
