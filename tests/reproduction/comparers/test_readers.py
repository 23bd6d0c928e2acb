"""Readers of formats meet anything: they answer or say that it is not theirs."""

import io
import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from whence.reproduction.comparers.blocks import Block
from whence.reproduction.comparers.npy import read_npy
from whence.reproduction.comparers.protobuf import read_message
from whence.reproduction.comparers.trees import liken
from whence.reproduction.comparers.ubjson import read_ubjson

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=10,
)


def ubjson(node: Any) -> bytes:
    """A value as Universal Binary JSON, in its plainest form."""
    if node is None:
        return b"Z"
    if isinstance(node, bool):
        return b"T" if node else b"F"
    if isinstance(node, int):
        return b"L" + struct.pack(">q", node)
    if isinstance(node, float):
        return b"D" + struct.pack(">d", node)
    if isinstance(node, str):
        return b"S" + text(node)
    if isinstance(node, list):
        return b"[" + b"".join(map(ubjson, node)) + b"]"
    return b"{" + b"".join(text(key) + ubjson(value) for key, value in node.items()) + b"}"


def text(value: str) -> bytes:
    data = value.encode("utf-8", "backslashreplace")
    return b"l" + struct.pack(">i", len(data)) + data


@given(JSON)
def test_binary_json_is_what_it_was(node: Any) -> None:
    assert liken(read_ubjson(ubjson(node)), node).exact


def test_counted_and_typed_arrays_are_read() -> None:
    assert read_ubjson(b"[#U\2Ti\5") == [True, 5]
    block = read_ubjson(b"[$l#U\2\0\0\0\1\0\0\0\2")
    assert isinstance(block, Block)
    assert (block.dtype, block.shape, bytes(block.data)) == (">i4", (2,), b"\0\0\0\1\0\0\0\2")
    assert read_ubjson(b"{#U\1U\1ai\7") == {"a": 7}
    assert read_ubjson(b"[$S#U\2U\1aU\1b") == ["a", "b"]


@given(st.binary(max_size=40))
def test_noise_is_no_binary_json(data: bytes) -> None:
    for start in (b"", b"[", b"{", b"[$d#", b"[#", b"{$U#"):
        with suppress(ValueError):  # anything else is a crash
            read_ubjson(start + data)


@pytest.mark.parametrize("data", [b"[" * 300, b"[$Z#l\x7f\xff\xff\xff", b"[$d#l\x7f\xff\xff\xff"])
def test_binary_json_that_is_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="UBJSON"):
        read_ubjson(data)


SCHEMA = {
    "outer": {1: ("inner", "inner*"), 2: ("name", "text"), 3: ("numbers", "whole*")},
    "inner": {1: ("x", "double"), 2: ("again", "outer")},
}


@given(st.binary(max_size=60))
def test_noise_is_no_message(data: bytes) -> None:
    with suppress(ValueError):  # anything else is a crash
        read_message(data, "outer", SCHEMA)


def test_a_message_is_read_by_its_table() -> None:
    inner = b"\x09" + struct.pack("<d", 1.5)
    data = (
        b"\x0a"
        + bytes([len(inner)])
        + inner
        + b"\x12\x02hi"
        + b"\x1a\x03\x01\xac\x02"
        + b"\x18\x07"
    )
    assert read_message(data, "outer", SCHEMA) == {
        "inner": [{"x": 1.5}],
        "name": "hi",
        "numbers": [1, 300, 7],
    }


ARRAYS = st.sampled_from(["<f8", ">f4", "<i2", "|b1", "<U3", "|S2", "<M8[s]"]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, max_side=3))
)


@given(ARRAYS, st.booleans())
def test_an_array_is_read_as_numpy_wrote_it(array: Any, fortran: bool) -> None:
    file = io.BytesIO()
    np.save(file, np.asfortranarray(array) if fortran else array)
    file.seek(0)
    block = read_npy(file)
    assert isinstance(block, Block)
    back = np.ndarray(
        block.shape, str(block.dtype), block.data, order="F" if block.fortran else "C"
    )
    assert back.tobytes() == array.tobytes()


@given(st.binary(max_size=80))
def test_noise_is_no_array(data: bytes) -> None:
    with suppress(ValueError, SyntaxError, KeyError, TypeError):
        read_npy(io.BytesIO(b"\x93NUMPY\x01\x00" + data))
