from dataclasses import FrozenInstanceError
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import WireError
from whence.ledger import merkle
from whence.ledger.entry import (
    MAX_ENTRY_BYTES,
    SALT_BYTES,
    LedgerEntry,
    commit,
    leaf_hash,
    verify_body,
)
from whence.wire.canonical import canonical

SALT = bytes(range(16))
FIELDS: dict[str, Any] = {
    "v": 1,
    "type": "run-ended",
    "id": "0123456789abcdef0123456789abcdef",
    "time": "2026-11-20T09:30:00.000Z",
    "commitment": "ab" * 32,
}
ENTRY = LedgerEntry(FIELDS["type"], FIELDS["id"], FIELDS["time"], FIELDS["commitment"])


def test_is_written_in_one_form_and_read_back() -> None:
    data = ENTRY.encode()
    assert data == (
        b'{"commitment":"' + b"ab" * 32 + b'","id":"0123456789abcdef0123456789abcdef",'
        b'"time":"2026-11-20T09:30:00.000Z","type":"run-ended","v":1}'
    )
    assert LedgerEntry.decode(data) == ENTRY
    assert leaf_hash(data) == sha256(b"\0" + data).digest() == merkle.leaf_hash(data)


def test_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ENTRY.type = "alias"  # type: ignore[misc]  # which is the point


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50),
    st.uuids(),
    st.datetimes(),
    st.binary(min_size=32, max_size=32),
)
def test_any_entry_comes_back(kind: str, uuid: Any, time: Any, commitment: bytes) -> None:
    stamp = time.isoformat(timespec="milliseconds") + "Z"
    entry = LedgerEntry(kind, uuid.hex, stamp, commitment.hex())
    assert LedgerEntry.decode(entry.encode()) == entry


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", ""),
        ("type", 3),
        ("type", None),
        ("id", ""),
        ("id", "0123456789ABCDEF0123456789ABCDEF"),
        ("id", "0123456789abcdef0123456789abcde"),
        ("id", "0123456789abcdef0123456789abcdef\n"),
        ("id", 12),
        ("time", "2026-11-20T09:30:00Z"),
        ("time", "2026-11-20T09:30:00.000+00:00"),
        ("time", "2026-11-20 09:30:00.000Z"),
        ("time", "2026-02-29T09:30:00.000Z"),
        ("time", "2026-13-01T09:30:00.000Z"),
        ("time", "0000-01-01T09:30:00.000Z"),
        ("time", "2026-11-20T24:00:00.000Z"),
        ("time", "2026-11-20T09:61:00.000Z"),
        ("time", "٢٠٢٦-11-20T09:30:00.000Z"),
        ("time", "2026-11-20T09:30:00.000Z\n"),
        ("commitment", "AB" * 32),
        ("commitment", "ab" * 31),
        ("commitment", "ab" * 33),
        ("commitment", None),
    ],
)
def test_a_field_out_of_form_is_refused_both_ways(name: str, value: Any) -> None:
    fields = {**FIELDS, name: value}
    with pytest.raises(WireError, match=f"^/{name}: "):
        LedgerEntry.decode(canonical(fields))
    del fields["v"]
    with pytest.raises(WireError, match=f"^/{name}: "):
        LedgerEntry(**fields)


def test_odd_times_are_times() -> None:
    for time in (
        "1970-01-01T00:00:00.000Z",
        "2999-12-31T23:59:60.999Z",
        "2024-02-29T00:00:00.001Z",
    ):
        assert LedgerEntry.decode(canonical({**FIELDS, "time": time})).time == time


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (canonical({**FIELDS, "actor": "x"}), "other fields"),
        (canonical({name: FIELDS[name] for name in FIELDS if name != "id"}), "other fields"),
        (canonical({name: FIELDS[name] for name in FIELDS if name != "v"}), "/v: .* None"),
        (canonical({**FIELDS, "v": 0}), "/v: a ledger entry of version 0"),
        (canonical({**FIELDS, "v": True}), "/v: a ledger entry of version True"),
        (canonical({**FIELDS, "v": "1"}), "/v: a ledger entry of version '1'"),
        (canonical([FIELDS]), "an object, not a list"),
        (b"", "not JSON"),
        (ENTRY.encode() + b"\n", "not in canonical form"),
        (ENTRY.encode().replace(b'"v":1', b'"v":1.0'), "not in canonical form"),
        (ENTRY.encode().replace(b":", b": "), "not in canonical form"),
        (ENTRY.encode().replace(b"run", b"r\\u0075n"), "not in canonical form"),
        (ENTRY.encode().replace(b'"v":1', b'"v":1,"v":1'), "twice"),
        (b"\xef\xbb\xbf" + ENTRY.encode(), "byte order mark"),
    ],
)
def test_other_bytes_are_no_entry(data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        LedgerEntry.decode(data)


def test_a_newer_entry_asks_for_a_newer_whence() -> None:
    with pytest.raises(WireError, match="version 2") as refused:
        LedgerEntry.decode(canonical({**FIELDS, "v": 2, "more": 1}))
    assert refused.value.hint == "install a newer whence"


def test_fits_into_an_entry_bundle() -> None:
    room = MAX_ENTRY_BYTES - len(ENTRY.encode()) + len(ENTRY.type)
    fits = LedgerEntry("x" * room, ENTRY.id, ENTRY.time, ENTRY.commitment)
    assert len(fits.encode()) == 65_535
    assert LedgerEntry.decode(fits.encode()) == fits
    beyond = LedgerEntry("x" * (room + 1), ENTRY.id, ENTRY.time, ENTRY.commitment)
    with pytest.raises(WireError, match="65536 bytes; 65535 are allowed"):
        beyond.encode()
    with pytest.raises(WireError, match="65536 bytes; 65535 are allowed"):
        LedgerEntry.decode(fits.encode().replace(b'"run', b'"xrun').replace(b'"xx', b'"xxx'))


def test_commits_to_salt_and_body() -> None:
    body = canonical({"a": 1})
    commitment = commit(SALT, body)
    assert commitment == sha256(SALT + body).hexdigest()
    assert verify_body(commitment, SALT, body)
    assert not verify_body(commitment, SALT, body + b" ")
    assert not verify_body(commitment, SALT[::-1], body)
    assert not verify_body(commitment[::-1], SALT, body)


def test_no_salt_passes_for_body() -> None:
    commitment = commit(SALT, b"xyz")
    assert not verify_body(commitment, SALT + b"x", b"yz")
    assert not verify_body(commitment, SALT[:-1], SALT[-1:] + b"xyz")
    assert not verify_body(commitment, b"", SALT + b"xyz")
    for salt in (b"", SALT[:-1], SALT + b"x"):
        with pytest.raises(ValueError, match=f"{SALT_BYTES} bytes"):
            commit(salt, b"xyz")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        LedgerEntry.decode(data)
