from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from whence.receipts.receipt import (
    Receipt,
    is_receipt_id,
    make_receipt,
    new_receipt_id,
    read_line,
    receipt_json,
    time_of,
    write_line,
)
from whence.wire.schema import load_schema

RECEIPTS = st.builds(
    Receipt,
    id=st.integers(0, 2**47).map(new_receipt_id),
    seconds=st.none() | st.floats(0, 1e6),
    **{
        each.name: st.text(max_size=20)
        for each in fields(Receipt)
        if each.name not in {"id", "seconds"}
    },
)


@given(RECEIPTS)
def test_a_line_tells_the_receipt(receipt: Receipt) -> None:
    line = write_line(receipt)
    assert line.count(b"\n") == 1
    assert read_line(line) == receipt


@given(RECEIPTS, st.integers(0, 60))
def test_a_torn_line_is_none_or_the_whole(receipt: Receipt, lost: int) -> None:
    line = write_line(receipt)
    told = read_line(line[: len(line) - lost])
    assert told in {None, receipt}


@given(st.binary())
def test_any_bytes_are_read_without_an_error(line: bytes) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    "told", [None, [], {}, {"id": 3}, {"id": "rcp_"}, {"id": "rcp_" + "g" * 32}]
)
def test_what_is_no_receipt_is_none(told: object) -> None:
    assert make_receipt(told) is None


def test_values_of_other_kinds_are_left_out() -> None:
    told = make_receipt({"id": new_receipt_id(), "model": 3, "seconds": True, "later": "x"})
    assert told is not None
    assert (told.model, told.seconds) == ("", None)


@given(st.integers(0, 253402300799999), st.integers(0, 253402300799999))
def test_ids_are_in_the_order_of_time(one: int, other: int) -> None:
    ids = [new_receipt_id(each) for each in (one, other)]
    assert all(map(is_receipt_id, ids))
    assert (time_of(ids[0]) < time_of(ids[1])) == (one < other)
    if one != other:
        assert (ids[0] < ids[1]) == (one < other)


def test_no_two_ids_are_alike() -> None:
    assert len({new_receipt_id(5) for _ in range(1000)}) == 1000


def test_an_id_that_no_clock_gave_has_a_time_all_the_same() -> None:
    assert time_of("rcp_" + "f" * 32).year == 1970


def test_the_schema_knows_every_column() -> None:
    told = receipt_json(Receipt(new_receipt_id(), "delay@3"))
    Draft202012Validator(load_schema("receipts-1")).validate({"receipts": [told]})
    items = load_schema("receipts-1")["properties"]["receipts"]["items"]
    assert set(items["properties"]) == set(told)
