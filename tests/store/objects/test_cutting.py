import io
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.store.objects.cutting import LARGEST, LEAST, cut

KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "lines": lambda n: b"".join(b"%d;%d\n" % (at, n.getrandbits(40)) for at in range(100_000)),
    "any bytes": lambda n: n.randbytes(2_000_000),
    "digits": lambda n: bytes(n.choices(b"0123456789", k=2_000_000)),
    "words": lambda n: b" ".join(n.choices([b"a", b"the", b"of", b"row"], k=500_000)),
}


def pieces_of(data: bytes) -> list[bytes]:
    return list(cut(io.BytesIO(data).read))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_put_in_changes_only_the_pieces_around_it(kind: str) -> None:
    numbers = random.Random(1)
    data = KINDS[kind](numbers)
    for _ in range(3):
        at = numbers.randrange(len(data))
        longer = data[:at] + numbers.randbytes(numbers.randrange(1, 500)) + data[at:]
        before, after = pieces_of(data), pieces_of(longer)
        assert len(set(after) - set(before)) <= 12, len(after)


@settings(deadline=None)  # on busy machines
@given(
    st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 30_000)), max_size=12),
    st.integers(5_000, 1 << 20),
)
def test_pieces_are_the_content_whatever_it_is_and_however_it_is_read(
    parts: list[tuple[bytes, int]], step: int
) -> None:
    data = b"".join(part * times for part, times in parts)
    source = io.BytesIO(data)
    found = list(cut(lambda count: source.read(min(count, step))))
    assert b"".join(found) == data
    assert found == pieces_of(data)
    assert all(LEAST < len(each) <= LARGEST for each in found[:-1])


def test_nothing_has_no_pieces() -> None:
    assert pieces_of(b"") == []


@pytest.mark.parametrize("data", [bytes(1_000_000), b"\0\1" * 500_000, b"a" * 1_000_000])
def test_what_says_the_same_all_over_is_cut_all_the_same(data: bytes) -> None:
    found = pieces_of(data)
    assert b"".join(found) == data
    assert len(set(found)) <= 5
