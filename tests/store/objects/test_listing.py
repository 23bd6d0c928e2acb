import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.store.objects.listing import Piece, read_list, write_list

PIECES = st.lists(
    st.builds(Piece, st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 1 << 40))
)


@settings(deadline=None)
@given(PIECES)
def test_a_list_comes_back(pieces: list[Piece]) -> None:
    assert read_list(write_list(pieces)) == pieces


@settings(deadline=None)
@given(PIECES, st.data())
def test_a_changed_bit_is_noticed(pieces: list[Piece], data: st.DataObject) -> None:
    written = bytearray(write_list(pieces))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ValueError, match=r"check|newer"):
        read_list(bytes(written))


@pytest.mark.parametrize("data", [b"", b"pieces 1\n", b"nonsense"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="check"):
        read_list(data)
