import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.tracers.events import (
    KINDS,
    Event,
    Stat,
    decode,
    encode,
    join_argv,
    split_argv,
)
from whence.errors import WireError

_bytes_as_text = st.binary(max_size=60).map(lambda data: data.decode("utf-8", "surrogateescape"))
_number = st.integers(min_value=0, max_value=2**63)
_stat: st.SearchStrategy[Stat | None] = st.none() | st.tuples(
    _number, _number, _number, _number, _number
)
_event: st.SearchStrategy[Event] = st.tuples(
    st.sampled_from(sorted(KINDS)),
    _number,
    _number,
    _bytes_as_text,
    _bytes_as_text,
    _stat,
    _bytes_as_text,
)


@given(_event)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    line = encode(event)
    assert line.count(b"\n") == 1
    assert decode(line) == event


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused_as_such(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


def test_a_torn_line_is_told_as_such() -> None:
    line = encode(("read", 1, 2, "/a", "", (1, 2, 3, 4, 5), ""))
    with pytest.raises(WireError, match="torn"):
        decode(line[:-1])


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0")), min_size=1, max_size=9))
def test_arguments_come_back_in_their_places(argv: list[str]) -> None:
    assert split_argv(join_argv(argv)) == (tuple(argv) if argv != [""] else ())
