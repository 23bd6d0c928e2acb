from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whence.errors import WireError
from whence.wire.canonical import MAX_DEPTH, MAX_INTEGER, canonical
from whence.wire.quick import write_quickly

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from('a\x00\x08\t\x1f\r"\\/\x7f<\ud7ff\U00010000')
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.integers(MAX_INTEGER - 2, MAX_INTEGER + 2)
    | st.floats()
    | TEXTS
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner)
        | st.dictionaries(TEXTS, inner, max_size=5)
        | st.dictionaries(st.integers(), inner, max_size=2)
    ),
    max_leaves=20,
)


def carefully(value: Any) -> bytes | None:
    try:
        return canonical(value)
    except WireError:
        return None


@given(VALUES)
@example([MAX_INTEGER + 1])
@example(-MAX_INTEGER - 1)
@example({"a": MAX_INTEGER + 1})
@example([0, 10**16])
@example({"1": 1, 1: 1})
def test_it_writes_what_the_careful_way_writes_or_nothing(value: Any) -> None:
    written = write_quickly(value)
    if written is not None:
        assert written == carefully(value)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.text(st.characters(codec="ascii")),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner)
        ),
        max_leaves=20,
    )
)
def test_it_writes_what_is_usual(value: Any) -> None:
    assert write_quickly(value) == canonical(value)


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 5_000])
def test_it_knows_what_is_too_deep(depth: int) -> None:
    value: Any = "x"
    for at in range(depth):
        value = [value] if at % 2 else {"a": value}
    assert write_quickly(value) == carefully(value)


def test_it_leaves_alone_what_it_does_not_know() -> None:
    assert write_quickly(MappingProxyType({"a": 1})) is None
