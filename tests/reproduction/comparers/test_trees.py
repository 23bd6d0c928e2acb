"""Two trees: exact, within tolerance, or different, and what is harmless."""

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.comparers.blocks import Block
from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.trees import Loose, Made, Named, Pairs, brief, liken, spell
from whence.reproduction.interface import Likeness

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.binary(max_size=8)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        | st.tuples(inner, inner)
        | st.builds(Made, st.text(max_size=4), inner, inner)
        | st.builds(Loose, st.lists(st.integers(), max_size=3))
    ),
    max_leaves=12,
)


@given(TREES)
def test_a_tree_is_exactly_itself(tree: Any) -> None:
    found = liken(tree, copy.deepcopy(tree))
    assert found.exact
    assert found.comparison("x").likeness is Likeness.CANONICAL


@given(TREES, TREES)
def test_the_answer_is_the_same_both_ways(one: Any, other: Any) -> None:
    there, back = liken(one, other), liken(other, one)
    assert (there.exact, there.within, there.harmless) == (back.exact, back.within, back.harmless)


@given(st.dictionaries(st.text(max_size=4), st.integers(), min_size=2, max_size=5))
def test_the_order_of_keys_says_nothing(node: dict[str, int]) -> None:
    turned = dict(reversed(list(node.items())))
    found = liken(node, turned)
    assert (found.exact, found.harmless) == (True, {"key-order"})


@pytest.mark.parametrize(
    ("one", "other", "likeness", "says"),
    [
        ({"a": 1}, {"a": 2}, Likeness.DIFFERENT, "first at a: 1 was, 2 is"),
        ({"a": [1.0]}, {"a": [1.0 + 1e-12]}, Likeness.VALUES, "first at a[0]"),
        ({"a": 0.5}, {"a": 0.5 + 2**-24}, Likeness.VALUES, "first at a"),  # both were float32
        ({"a": 0.1}, {"a": 0.1 + 1e-8}, Likeness.DIFFERENT, "first at a"),
        ({"a": 1e-17}, {"a": -2e-17}, Likeness.VALUES, "first at a"),
        ({"a": True}, {"a": 1}, Likeness.DIFFERENT, "first at a: True was, 1 is"),
        ({"a": 1}, {"a": "1"}, Likeness.DIFFERENT, "first at a: 1 was, '1' is"),
        ({"a": 1}, {}, Likeness.DIFFERENT, "first at a: is gone"),
        ({}, {"a": 1}, Likeness.DIFFERENT, "first at a: is new"),
        ([1, 2], [1], Likeness.DIFFERENT, "2 values were, 1 are"),
        ({"a": b"12"}, {"a": b"123"}, Likeness.UNREAD, "2 bytes was, 3 bytes is"),
        ({"a": b"1", "b": 1}, {"a": b"2", "b": 2}, Likeness.DIFFERENT, "first at a"),
        ({"a": math.inf}, {"a": 1.0}, Likeness.DIFFERENT, "inf was, 1.0 is"),
        (1 << 9_000, 1 << 9_001, Likeness.DIFFERENT, "a number of 9,001 bits was"),
        (Loose([1, 2]), Loose([2, 3]), Likeness.DIFFERENT, "1 are gone, 1 are new, such as 1"),
        (Named("a.b"), Named("a.c"), Likeness.DIFFERENT, "a.b was, a.c is"),
        (Made("a.B"), Made("a.C"), Likeness.DIFFERENT, "a a.B was, a a.C is"),
    ],
)
def test_what_differs_is_told(one: Any, other: Any, likeness: Likeness, says: str) -> None:
    found = liken(one, other).comparison("tree")
    assert found.likeness is likeness
    assert says in found.reason
    json.dumps(dict(found.detail), allow_nan=False)


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("memory-address", {"_stop_words_id": 1}, {"_stop_words_id": 2}),
        ("threads", {"n_jobs": None}, {"n_jobs": 4}),
        ("moment", {"trained_at": "2026-11-21T10:00:00"}, {"trained_at": "2026-11-22 11:30:10.5"}),
        ("moment", {"time": 1763700000.25}, {"time": 1763700001.5}),
        ("moment", {"created": Made("datetime.datetime", (b"1",))}, None),
        ("duration", {"mean_fit_time": 0.1}, {"mean_fit_time": 0.2}),
        ("place", {"cwd": "/home/a"}, {"cwd": "/tmp/b"}),
        ("writer", {"_sklearn_version": "1.5.2"}, {"_sklearn_version": "1.7.2"}),
        ("host", {"hostname": "a"}, {"hostname": "b"}),
        ("unique-name", {"model_guid": "1-2"}, {"model_guid": "3-4"}),
        ("remarks", {"__metadata__": {"a": "b"}}, {"__metadata__": {"c": "d"}}),
        ("set-order", Loose([1, 2]), Loose([2, 1])),
        ("renamed-module", Named("numpy.core.x"), Named("numpy._core.x")),
        ("renamed-module", Made("numpy.core.x"), Made("numpy._core.x")),
        ("spelling", {"a": 1}, {"a": 1.0}),
    ],
)
def test_what_is_harmless_is_named(key: str, one: Any, other: Any) -> None:
    if other is None:
        other = {"created": Made("datetime.datetime", (b"2",))}
    found = liken(one, other)
    assert (found.exact, found.harmless) == (True, {key})
    assert found.comparison("tree").harmless == (HARMLESS[key].what,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"trained_at": "2026-11-21"}, {"trained_at": "2026-11-22"}),  # a day may be a parameter
        ({"trained_at": "2026-11-21T10:00"}, {"trained_at": "never"}),
        ({"n_jobs": "a"}, {"n_jobs": "b"}),
        ({"cwd": "data"}, {"cwd": "other"}),
        ({"time": 1.5}, {"time": 2.5}),
        ({"_sklearn_version": "1.5.2"}, {"_sklearn_version": "unknown"}),
        ({"version": 1}, {"version": 2}),
    ],
)
def test_a_name_alone_makes_nothing_harmless(one: Any, other: Any) -> None:
    assert not liken(one, other).exact


def test_nodes_in_a_circle_are_looked_at_once() -> None:
    def circle(number: int) -> list[Any]:
        node: list[Any] = [number]
        node.append(node)
        return node

    assert liken(circle(1), circle(1)).exact
    assert not liken(circle(1), circle(2)).exact


def test_a_value_that_is_shared_a_thousandfold_costs_as_one() -> None:
    def bomb(last: int) -> Any:
        node: Any = [last]
        for _ in range(100):
            node = [node] * 10
        return node

    assert not liken(bomb(1), bomb(2)).exact
    assert len(spell(bomb(1))) < 1_000_000


def test_keys_may_be_anything() -> None:
    one = Pairs([((1, 2), "a"), (Named("m.C"), "b"), (None, "c")])
    other = Pairs([(None, "c"), (Named("m.C"), "b"), ((1, 2), "x")])
    assert liken(one, other).comparison("tree").reason == "first at (1, 2, ): 'a' was, 'x' is"


def test_a_deep_tree_needs_no_deep_stack() -> None:
    def deep(leaf: int) -> Any:
        node: Any = leaf
        for _ in range(50_000):
            node = [node]
        return node

    assert not liken(deep(1), deep(2)).exact


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (Block("<f4", (2, 3), b""), "an array (2, 3) of <f4"),
        (Made("a.B"), "a a.B"),
        (b"123", "3 bytes"),
        ({}, "a dictionary"),
        ([1, 2], "2 values"),
        ("x" * 100, f"'{'x' * 56}…"),
    ],
)
def test_a_value_in_a_few_words(node: Any, words: str) -> None:
    assert brief(node) == words
