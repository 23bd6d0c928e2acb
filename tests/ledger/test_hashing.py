import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.ledger.hashing import sha256


@given(st.lists(st.binary(max_size=5_000), max_size=4))
def test_parts_hash_as_one(parts: list[bytes]) -> None:
    assert sha256(*parts) == hashlib.sha256(b"".join(parts)).digest()


@pytest.mark.parametrize("size", [0, 1, 2_046, 2_047, 2_048, 4_094, 65_536, 65_537, 300_000])
def test_no_size_is_special(size: int) -> None:
    data = bytes(at % 251 for at in range(size))
    assert sha256(b"salt", data) == hashlib.sha256(b"salt" + data).digest()
