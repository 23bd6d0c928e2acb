"""The reader against files put together here by the same rules; real writers: tests/clients."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.mined import tfevents
from whence.capture.mined.tfevents import Scalar, read_events


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: Any) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    checksum = tfevents._masked(tfevents._crc32c(length))
    return length + struct.pack("<I", checksum) + data + b"\0\0\0\0"


def event(step: int, *values: bytes) -> bytes:
    wall_time = varint(1 << 3 | 1) + struct.pack("<d", 1.7e9)
    summary = b"".join(field(1, value) for value in values)
    return record(wall_time + field(2, step) + field(5, summary))


def simple(tag: str, value: float) -> bytes:
    return field(1, tag) + field(2, value)


def tensor(tag: str, content: bytes, plugin: str = "scalars", kind: int = 1) -> bytes:
    metadata = field(9, field(1, field(1, plugin))) if plugin else b""
    return field(1, tag) + field(8, field(1, kind) + content) + metadata


FIRST = record(varint(1 << 3 | 1) + struct.pack("<d", 1.7e9) + field(3, "brain.Event:2"))


def test_scalars_with_their_steps() -> None:
    data = (
        FIRST + event(0, simple("loss", 0.1), simple("acc", 0.5)) + event(7, simple("loss", 0.05))
    )
    assert read_events(data).scalars == (
        Scalar("loss", 0, 0.1),
        Scalar("acc", 0, 0.5),
        Scalar("loss", 7, 0.05),
    )


def test_the_form_of_tensorflow_two() -> None:
    data = (
        event(1, tensor("loss", field(4, struct.pack("<f", 0.25))))
        + event(2, tensor("loss", field(5, struct.pack("<f", 0.125)), plugin=""))
        + event(3, tensor("n", field(4, struct.pack("<q", 12)), kind=9))
        + event(3, tensor("picture", field(4, b"\x89PNG"), plugin="images"))
        + event(3, tensor("many", field(4, struct.pack("<2f", 1, 2))))
    )
    assert read_events(data).scalars == (
        Scalar("loss", 1, 0.25),
        Scalar("loss", 2, 0.125),
        Scalar("n", 3, 12.0),
    )


def test_hyperparameters() -> None:
    def entry(name: str, value: bytes) -> bytes:
        return field(1, field(1, name) + field(2, value))

    number = varint(2 << 3 | 1) + struct.pack("<d", 0.1)
    whole = varint(2 << 3 | 1) + struct.pack("<d", 32.0)
    session = (
        entry("lr", number) + entry("batch", whole) + entry("opt", field(3, "adam"))
    ) + entry("bf16", field(4, 1))
    plugin = field(1, "hparams") + field(2, field(1, 0) + field(3, session))
    value = field(1, "_hparams_/session_start_info") + field(9, field(1, plugin))
    assert read_events(FIRST + event(0, value)).hparams == {
        "lr": 0.1,
        "batch": 32,
        "opt": "adam",
        "bf16": True,
    }


def test_a_torn_file_gives_what_came_before() -> None:
    whole = FIRST + event(0, simple("loss", 0.5)) + event(1, simple("loss", 0.25))
    for end in range(len(whole) - 1, len(whole) - 20, -1):
        assert read_events(whole[:end]).scalars == (Scalar("loss", 0, 0.5),)


def test_a_damaged_length_ends_the_reading() -> None:
    first = FIRST + event(0, simple("loss", 0.5))
    damaged = bytearray(first + event(1, simple("loss", 0.25)))
    damaged[len(first)] ^= 1
    assert read_events(bytes(damaged)).scalars == (Scalar("loss", 0, 0.5),)


@pytest.mark.parametrize("data", [b"", b"no event file at all", b"\0" * 64, record(b"\xff" * 30)])
def test_what_is_no_event_file_gives_nothing(data: bytes) -> None:
    assert read_events(data).scalars == ()


def test_the_checksum_is_that_of_the_standard() -> None:
    # RFC 3720, appendix B.4: 32 bytes of zeroes, of ones, and of ascending numbers.
    assert tfevents._crc32c(b"\0" * 32) == 0x8A9136AA
    assert tfevents._crc32c(b"\xff" * 32) == 0x62A8AB43
    assert tfevents._crc32c(bytes(range(32))) == 0x46DD794E


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.text(max_size=6), st.integers(-(2**63), 2**63 - 1), NUMBERS)))
def test_whatever_was_written_is_read(values: list[tuple[str, int, float]]) -> None:
    data = FIRST + b"".join(event(step, simple(tag, value)) for tag, step, value in values)
    found = read_events(data).scalars
    assert [(each.tag, each.step) for each in found] == [(tag, step) for tag, step, _ in values]
    for scalar, (_, _, value) in zip(found, values, strict=True):
        assert struct.pack("<f", scalar.value) == struct.pack("<f", value)


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_messages_of_any_bytes_do_no_harm(messages: list[bytes]) -> None:
    good = event(1, simple("loss", 0.5))
    found = read_events(good + b"".join(map(record, messages)))
    assert found.scalars[0] == Scalar("loss", 1, 0.5)


@given(st.binary(max_size=60), st.integers(0, 90))
def test_bytes_put_anywhere_do_no_harm(noise: bytes, at: int) -> None:
    data = FIRST + event(0, simple("loss", 0.5), tensor("x", field(4, struct.pack("<f", 1.0))))
    read_events(data[:at] + noise + data[at:])
