import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.receipts.forms import UnreadableError, read_body, read_form

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ANYTHING = st.recursive(
    JSON
    | st.floats()
    | st.integers()
    | st.binary(max_size=8)
    | st.datetimes()
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def shuffled(value: Any, chance: Any) -> Any:
    """The same value, its names in another order."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name], chance) for name in names}
    return [shuffled(each, chance) for each in value] if isinstance(value, list) else value


@given(JSON, st.randoms())
def test_the_order_of_names_does_not_count(value: Any, chance: Any) -> None:
    assert read_form(value) == read_form(shuffled(value, chance))


@given(JSON)
def test_a_value_and_its_text_are_the_same_input(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        form, data = read_body(text.encode("utf-8", "surrogatepass"), is_json=True)
        if form == "json":  # half a surrogate pair is no JSON that all read alike
            assert read_form(value) == (form, data)


@given(ANYTHING, ANYTHING)
def test_other_values_have_other_forms(one: Any, other: Any) -> None:
    same = read_form(one) == read_form(other)
    if same:
        assert _plainly(one) == _plainly(other)


def _plainly(value: Any) -> Any:
    """A value for comparing: NaN equals itself, 1 is 1.0 and is not True."""
    if isinstance(value, dict):
        return {name: _plainly(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plainly(each) for each in value]
    if isinstance(value, float) and math.isnan(value):
        return "a float that is none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", value)
    return (type(value).__name__, value)


@given(ANYTHING)
def test_whatever_python_holds_has_a_form_and_keeps_it(value: Any) -> None:
    form, data = read_form(value)
    assert form in {"bytes", "json", "value"}
    assert read_form(value) == (form, data)


_NUMBERS = st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=12)


@given(_NUMBERS)
def test_views_strides_and_byte_order_of_an_array_do_not_count(numbers: list[float]) -> None:
    plain = np.array(numbers, dtype="<f4")
    wide = np.zeros(2 * len(numbers), dtype="<f4")
    wide[::2] = plain
    told = read_form(plain)
    assert told[0] == "array"
    assert told == read_form(plain.astype(">f4"))
    assert told == read_form(wide[::2])
    assert told == read_form(plain[::-1].copy()[::-1])
    square = np.array([numbers, numbers], dtype="<f8")
    assert read_form(square) == read_form(np.asfortranarray(square))
    assert read_form(square) == read_form(square.T.copy().T)


def test_what_tells_arrays_apart() -> None:
    one = np.array([1, 2, 3], dtype="i4")
    forms = [
        read_form(each)
        for each in (one, one.astype("i8"), one.astype("f4"), one.reshape(3, 1), one[:2])
    ]
    assert len(set(forms)) == len(forms)
    square = np.array([[1, 2], [3, 4]])
    assert read_form(square) != read_form(square.T)
    assert read_form(np.array([0.0])) == read_form(np.array([-0.0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": np.int64(3)}, {"a": 3}),
        ({"a": np.float64(1.5), "b": (1, 2)}, {"b": [1, 2], "a": 1.5}),
        (np.float64(2.0), 2),
        (np.array(["a", "bc"]), np.array(["a", "bc"], dtype="<U20")),
        (np.array(["a", None], dtype=object), np.array(["a", float("nan")], dtype=object)),
        (bytearray(b"ab"), b"ab"),
        ({1, 2, 3}, {3, 2, 1}),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        ({1: "a", 2: "b"}, {2: "b", 1: "a"}),
    ],
)
def test_what_means_the_same_has_the_same_form(one: Any, other: Any) -> None:
    assert read_form(one) == read_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": float("nan")}, {"a": {"$float": "nan"}}),
        ([float("inf")], ["inf"]),
        (b"1", "1"),
        (Decimal(1), 1),
        ([2**60], [str(2**60)]),
        ([1, [2]], [1, 2]),
        ({"$float": "nan", "b": math.inf}, {"b": math.inf, "$$float": "nan"}),
    ],
)
def test_what_only_looks_the_same_has_not(one: Any, other: Any) -> None:
    assert read_form(one) != read_form(other)


def test_a_table_is_the_same_in_every_library() -> None:
    columns = {
        "a": [1, 2, 3],
        "b": [0.5, 1.5, 2.5],
        "c": ["x", None, "z"],
        "d": [True, False, True],
    }
    frame = pd.DataFrame(columns)
    told = read_form(frame)
    assert told[0] == "frame"
    assert told == read_form(pl.DataFrame(columns)) == read_form(pa.table(columns))
    assert told == read_form(frame.iloc[::-1].iloc[::-1].reset_index(drop=True))
    assert told != read_form(frame[["b", "a", "c", "d"]])
    assert told != read_form(frame.iloc[::-1])
    assert told != read_form(frame.rename(columns={"a": "z"}))
    assert read_form(frame["a"]) == read_form(pl.DataFrame(columns)["a"])


def test_what_has_no_form_says_so() -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    for value in (object(), lambda: 1, deep, [object()]):
        with pytest.raises(UnreadableError):
            read_form(value)


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a":1,"a":2}', b"[NaN]", b"[" * 5000, b""])
def test_a_body_that_is_no_strict_json_counts_as_bytes(body: bytes) -> None:
    assert read_body(body, is_json=True) == ("bytes", body)
