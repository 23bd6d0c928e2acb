"""Arrays: with numpy and without it, the same answer."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from whence.reproduction.comparers import blocks
from whence.reproduction.comparers.blocks import Block, compare_blocks, fields_of, width_of


def block_of(array: Any) -> Block:
    dtype = array.dtype.str if array.dtype.names is None else fields_of(array.dtype.descr)
    return Block(dtype, array.shape, array.tobytes(), array.dtype.itemsize)


PAIRS = st.sampled_from(["<f4", "<f8", ">f8", "<f2", "<i4", "|u1", "|b1", "<c8", "<i8"]).flatmap(
    lambda dtype: hnp.array_shapes(max_dims=2, max_side=4).flatmap(
        lambda shape: st.tuples(hnp.arrays(dtype, shape), hnp.arrays(dtype, shape))
    )
)


@given(PAIRS)
def test_numpy_changes_no_answer(pair: tuple[Any, Any]) -> None:
    one, other = map(block_of, pair)
    quick = compare_blocks(one, other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_numpy", lambda: None)
        slow = compare_blocks(one, other)
    assert (quick.count, quick.differing, quick.within) == (
        slow.count,
        slow.differing,
        slow.within,
    )
    assert bool(quick.words) == bool(slow.words)
    assert quick.largest == pytest.approx(slow.largest, rel=1e-5)


@pytest.mark.parametrize("numpy_at_hand", [True, False])
@pytest.mark.parametrize(
    ("dtype", "factor", "within"),
    [
        ("<f8", 1e-12, True),
        ("<f8", 1e-9, False),
        ("<f4", 5e-7, True),
        ("<f4", 5e-6, False),
        ("<f2", 1e-3, True),
        ("<f2", 1e-2, False),
        ("<c16", 1e-12, True),
    ],
)
def test_each_width_has_its_tolerance(
    dtype: str, factor: float, within: bool, numpy_at_hand: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not numpy_at_hand:
        monkeypatch.setattr(blocks, "_numpy", lambda: None)
    one = np.array([1.0, -3.0, 2.5]).astype(dtype)
    other = (
        (one.astype("c16") * (1 + factor)).astype(dtype)
        if "c" in dtype
        else (one.astype("f8") * (1 + factor)).astype(dtype)
    )
    found = compare_blocks(block_of(one), block_of(other))
    assert found.words
    assert found.within is within


def test_near_zero_the_whole_array_is_the_measure() -> None:
    one, other = np.array([1.0, 1e-14]), np.array([1.0, -1e-14])
    assert compare_blocks(block_of(one), block_of(other)).within
    assert not compare_blocks(block_of(one[1:]), block_of(other[1:])).within


def test_bfloat16_is_read_though_numpy_has_none() -> None:
    def bits(*numbers: float) -> Block:
        upper = np.array(numbers, "<f4").view("<u4") >> 16
        return Block("<bf2", (len(numbers),), upper.astype("<u2").tobytes())

    found = compare_blocks(bits(1.0, 2.0), bits(1.0, 2.015625))
    assert (found.words, found.within) == ("[1]: 2.0 was, 2.015625 is", True)
    assert not compare_blocks(bits(1.0), bits(1.5)).within


def test_the_first_place_beyond_tolerance_is_told() -> None:
    one = np.arange(6.0).reshape(2, 3)
    other = one.copy()
    other[0, 1] *= 1 + 1e-13
    other[1, 2] = 7
    found = compare_blocks(block_of(one), block_of(other))
    assert (found.words, found.differing, found.within) == ("[1, 2]: 5.0 was, 7.0 is", 2, False)
    assert found.largest == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2)), ": shape (2, 3) was, (3, 2) is"),
        (np.zeros(2, "f4"), np.zeros(2, "f8"), ": <f4 was, <f8 is"),
        (np.array(["a", "b"]), np.array(["a", "c"]), "[1]: 'b' was, 'c' is"),
        (np.array([1, 2]), np.array([1, 3]), "[1]: 2 was, 3 is"),
        (np.array([True]), np.array([False]), "[0]: True was, False is"),
        (
            np.array(["2026-01-01"], "M8[D]"),
            np.array(["2026-01-02"], "M8[D]"),
            "[0]: b'\\xe6O\\x00\\x00\\x00\\x00\\x00\\x00' was",
        ),
    ],
)
def test_what_has_no_tolerance(one: Any, other: Any, words: str) -> None:
    found = compare_blocks(block_of(one), block_of(other))
    assert found.words.startswith(words)
    assert not found.within


def test_nan_is_nan_and_zero_has_no_sign() -> None:
    one = np.array([math.nan, 0.0])
    other = np.array([-math.nan, -0.0])
    assert one.tobytes() != other.tobytes()
    assert compare_blocks(block_of(one), block_of(other)).words == ""


def test_padding_belongs_to_nobody() -> None:
    dtype = np.dtype([("a", "u1"), ("b", "f8")], align=True)
    arrays = []
    for filling in (0x00, 0xFF):
        raw = bytearray([filling]) * (2 * dtype.itemsize)
        array = np.frombuffer(raw, dtype)
        array["a"], array["b"] = [1, 2], [0.5, 0.25]
        arrays.append(array)
    found = compare_blocks(*map(block_of, arrays))
    assert (found.words, found.padding) == ("", True)
    arrays[1]["b"][1] = 0.75
    found = compare_blocks(*map(block_of, arrays))
    assert found.words == ".b[1]: 0.25 was, 0.75 is"


def test_the_order_in_memory_says_nothing() -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    fortran = Block("<f8", array.shape, array.tobytes("F"), 8, fortran=True)
    assert compare_blocks(block_of(array), fortran).words == ""
    other = array.copy()
    other[1, 0, 2] = -1
    turned = Block("<f8", array.shape, other.tobytes("F"), 8, fortran=True)
    assert compare_blocks(block_of(array), turned).words == "[1, 0, 2]: 14.0 was, -1.0 is"
    assert compare_blocks(fortran, turned).words == "[1, 0, 2]: 14.0 was, -1.0 is"


def test_what_differs_late_is_found_in_its_place() -> None:
    one = np.ones(3_000_000, "f4")
    other = one.copy()
    other[2_500_000:] *= np.float32(1 + 2e-7)
    other[2_900_000] = 2
    found = compare_blocks(block_of(one), block_of(other))
    assert (found.words, found.differing) == ("[2900000]: 1.0 was, 2.0 is", 500_000)
    assert found.largest == pytest.approx(0.5)


def test_an_unknown_width_is_an_error() -> None:
    with pytest.raises(ValueError, match="an unknown dtype"):
        width_of("|Q7")
