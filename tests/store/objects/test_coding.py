import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import StoreError
from whence.store.objects.coding import PLAIN, ZLIB, ZSTD, decode, encode

TEXT = b"the same again\n" * 100


@pytest.fixture
def without_zstd(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_content_comes_back_no_larger(content: bytes) -> None:
    ending, coded = encode(content)
    assert decode(ending, coded) == content
    assert len(coded) <= len(content)


def test_what_cannot_be_made_smaller_stays_as_it_is() -> None:
    dense = random.Random(1).randbytes(1000)
    assert encode(dense) == (PLAIN, dense)
    assert encode(TEXT)[0] == ZSTD


@pytest.mark.usefixtures("without_zstd")
def test_without_zstandard_zlib_does_it() -> None:
    ending, coded = encode(TEXT)
    assert ending == ZLIB
    assert decode(ending, coded) == TEXT


def test_what_only_zstandard_can_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ending, coded = encode(TEXT)
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StoreError, match="cannot read") as caught:
        decode(ending, coded)
    assert "backports.zstd" in caught.value.hint


@pytest.mark.parametrize("ending", [ZSTD, ZLIB])
def test_damage_is_no_content(ending: str) -> None:
    with pytest.raises(ValueError, match="check does not hold"):
        decode(ending, b"nonsense")
