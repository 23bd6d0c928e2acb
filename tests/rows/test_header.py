import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naive_rows import taken, written
from whence.errors import TableError
from whence.rows.fingerprint import TableFingerprint
from whence.rows.header import header_bytes, parse_header

TEXT = "id,kind,x\n" + "".join(f"{at},{'ab'[at % 2]},{at / 7}\n" for at in range(50))


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> TableFingerprint:
    return taken(written(tmp_path_factory.mktemp("tables"), TEXT)).head


def test_bytes_and_back(head: TableFingerprint) -> None:
    data = header_bytes(head)
    assert parse_header(data) == head
    assert header_bytes(parse_header(data)) == data
    assert head.segments == ("kind",)
    assert head.columns[2].profile.numbers is not None


@given(data=st.data())
def test_changed_bytes_are_refused_or_say_something_else(
    head: TableFingerprint, data: st.DataObject
) -> None:
    good = header_bytes(head)
    at = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[at] ^= data.draw(st.integers(1, 255))
    found = None
    with contextlib.suppress(TableError):
        found = parse_header(bytes(bad))
    assert found != head


@given(st.one_of(st.binary(max_size=60), st.just(b"[]"), st.just(b'{"version":2}')))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(TableError):
        parse_header(data)


def test_another_version_says_so(head: TableFingerprint) -> None:
    told = json.loads(header_bytes(head)) | {"version": 9}
    with pytest.raises(TableError, match="another version"):
        parse_header(json.dumps(told).encode())
