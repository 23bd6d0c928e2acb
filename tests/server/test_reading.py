import gzip
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import WhenceError, WireError
from whence.server.limits import limit
from whence.server.problems import RefusedError, status_of
from whence.server.reading import _is_plainly_good, _look_closely, read_json, unpack

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_good_comes_back(value: Any, ascii_only: bool, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert read_json(data) == value


KEYS = st.sampled_from(["a", "b", '"', '":', "\\", "\\u0061", ":", " :"])
SPACES = st.sampled_from(["", " ", "\n"])


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> tuple[str, bool]:
    """An object as text, and whether it says a name twice somewhere."""
    parts, names, twice = [], [], False
    for _ in range(draw(st.integers(0, 3))):
        name = draw(KEYS)
        if depth and draw(st.booleans()):
            value, below = draw(objects(depth - 1))
            twice |= below
        else:
            value = json.dumps(draw(KEYS))
        written = '"\\u0061"' if name == "a" and draw(st.booleans()) else json.dumps(name)
        parts.append(f"{written}{draw(SPACES)}:{draw(SPACES)}{value}")
        names.append(name)
    return "{" + ",".join(parts) + "}", twice or len(set(names)) != len(names)


@given(objects())
def test_a_name_said_twice_is_found_however_it_is_written(drawn: tuple[str, bool]) -> None:
    text, twice = drawn
    if not twice:
        assert read_json(text.encode()) == json.loads(text)
        return
    with pytest.raises(WireError, match="twice"):
        read_json(text.encode())


@given(VALUES)
def test_the_careful_way_refuses_nothing_that_the_quick_way_takes(value: Any) -> None:
    data = json.dumps(value).encode()
    if _is_plainly_good(data, value, msgspec.json.encode(value)):
        _look_closely(value, data)


BAD = [
    (b"", 400),
    (b"NaN", 400),
    (b'{"x":Infinity}', 400),
    (b"-Infinity", 400),
    (b"1e400", 400),
    (b"\xef\xbb\xbf{}", 400),
    ('{"x":1}'.encode("utf-16"), 400),
    (b'"\xff"', 400),
    (b'"\xc0\xaf"', 400),
    (b'"\xed\xa0\x80"', 400),
    (b'"\\ud800"', 400),
    (b'"\\udc00x"', 400),
    (b'"\\u0000"', 422),
    (b'{"\\u0000":1}', 422),
    (str(2**70).encode(), 422),
    (str(-(2**70)).encode(), 422),
    (b"9" * 6000, 400),
    (b'{"a":1,"a":1}', 400),
    (b'[{"a":{"b":1,"b":2}}]', 400),
    (b"[" * 10_000 + b"]" * 10_000, 400),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    (b"[" * 101 + b"]" * 101, 400),
    (b"[" + b"1," * limit("nodes") + b"1]", 413),
    (json.dumps({f"k{at}": at for at in range(200_000)}).encode(), 413),
    (json.dumps("x" * (limit("string") + 1)).encode(), 413),
    (json.dumps({"k" * 1001: 1}).encode(), 413),
    (b"{} {}", 400),
    (b"{'a':1}", 400),
]


@pytest.mark.parametrize(("data", "status"), BAD, ids=[repr(data[:20]) for data, _ in BAD])
def test_what_is_bad_is_refused_with_a_reason(data: bytes, status: int) -> None:
    with pytest.raises(WhenceError) as refused:
        read_json(data)
    assert status_of(refused.value) == status
    assert refused.value.message


@pytest.mark.parametrize(
    "value",
    [
        2**64 - 1,
        -(2**63),
        "x" * limit("string"),
        {"k" * limit("key"): 1},
        ["NaN", "Infinity"],
        [[[]] * 100] * 100,
    ],
)
def test_what_is_just_within_the_limits_is_taken(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value


def test_depth_of_a_hundred_is_taken() -> None:
    assert json.dumps(read_json(b"[" * 100 + b"]" * 100)) == "[" * 100 + "]" * 100


def test_a_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with pytest.raises(RefusedError) as refused:
        unpack(bomb, 8_000_000)
    assert refused.value.status == 413


WHOLE = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize("data", [b"", b"no gzip", WHOLE[:-4], WHOLE + b"more"])
def test_what_is_no_whole_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        unpack(data, 100)


def test_gzip_is_unpacked() -> None:
    assert unpack(gzip.compress(b"x" * 200_000), 200_000) == b"x" * 200_000
