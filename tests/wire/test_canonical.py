import json
import math
import struct
from collections import OrderedDict
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from whence.errors import WireError
from whence.wire.canonical import MAX_DEPTH, MAX_INTEGER, canonical, parse, parse_canonical

# RFC 8785, appendix B: the bits of a double, and how it is written.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
floats = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))
# Names on both sides of the surrogates, where code points and UTF-16 disagree about the order.
names = texts | st.text(
    st.sampled_from('a\x00\r"\\\x7f\ud7ff\ue000\ufb33\uffff\U00010000\U0010ffff')
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | integers | floats | texts,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=20,
)


@pytest.mark.parametrize(("bits", "written"), NUMBERS)
def test_writes_numbers_as_in_appendix_b(bits: str, written: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value) == written.encode()
    assert canonical({"a": [value]}) == b'{"a":[' + written.encode() + b"]}"


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_refuses_what_appendix_b_refuses(bits: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    with pytest.raises(WireError, match=r"^/a/1: -?(nan|inf), which JSON cannot write"):
        canonical({"a": [0, value]})


def test_sorts_names_as_in_section_3_2_3() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_writes_the_sample_of_section_3_2_4() -> None:
    sample = rb"""{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"""
    assert (
        canonical(parse(sample))
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


@settings(deadline=None)
@given(values)
@example({"\ue000": 1, "\U00010000": 2})
@example({"a": {"\uffff": 1.0, "\U0010ffff": -0.0}})
@example([1e-5, 1e-6, 1e-7, 1e15, 1e16, 1e20, 1e21, 0.5, 123456789012345680.0])
@example([-0.25, -1e-4, 1e-4, 0.00012])
def test_agrees_with_the_reference(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@settings(deadline=None)
@given(
    floats | st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack(">d", bits.to_bytes(8))[0])
)
def test_agrees_with_the_reference_on_every_double(value: float) -> None:
    if math.isfinite(value):
        assert canonical([value]) == rfc8785.dumps([value])


@settings(deadline=None)
@given(values)
def test_comes_back_to_the_same_bytes(value: Any) -> None:
    data = canonical(value)
    again = parse_canonical(data)
    assert again == value
    assert canonical(again) == data


def test_takes_subclasses_and_mappings_for_what_they_are_built_on() -> None:
    value = OrderedDict(b=Colour.RED, a=(Level.HIGH, MappingProxyType({"x": None})))
    assert canonical(value) == b'{"a":[3,{"x":null}],"b":"red"}'
    assert canonical({Colour.RED: 1, "a": 1.0}) == b'{"a":1,"red":1}'


def nested(depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = {"a": inner}
    return inner


@pytest.mark.parametrize("inner", [None, 1.0, 1.5], ids=["plain", "careful", "fraction"])
def test_counts_depth_alike_both_ways(inner: Any) -> None:
    deepest = nested(MAX_DEPTH - 1, [inner])
    assert parse_canonical(canonical(deepest)) == deepest
    deeper = nested(MAX_DEPTH, [inner])
    with pytest.raises(WireError, match="more than 100 arrays and objects"):
        canonical(deeper)
    with pytest.raises(WireError, match="more than 100 arrays and objects"):
        parse(json.dumps(deeper).encode())


@pytest.mark.parametrize("leaf", [[], {}])
def test_counts_empty_containers_as_deep_as_others(leaf: Any) -> None:
    deepest = nested(MAX_DEPTH - 1, leaf)
    assert parse(canonical(deepest)) == deepest
    deeper = nested(MAX_DEPTH, leaf)
    with pytest.raises(WireError, match="more than 100"):
        canonical(deeper)
    with pytest.raises(WireError, match="more than 100"):
        parse(json.dumps(deeper).encode())


def test_many_brackets_are_not_deep() -> None:
    value: list[Any] = [[], {}] * 500 + ["[" * 500]
    assert parse(canonical(value)) == value


def test_refuses_a_circle() -> None:
    circle: list[Any] = []
    circle += [circle, circle]
    with pytest.raises(WireError, match="more than 100"):
        canonical(circle)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (2**53, "the value itself: an integer beyond"),
        ({"a": [0, -(2**53)]}, "/a/1: an integer beyond"),
        ({"a": 10**5000}, "/a: an integer beyond"),
        ({"a/b": {"c~d": {1}}}, "/a~1b/c~0d: a set, which is no JSON value"),
        ({"a": [b"x"]}, "/a/0: a bytes, which is no JSON value"),
        ({"a": {1: 2}}, "/a: its name 1 is a int, not a string"),
        ({"a": {None: 2}}, "/a: its name None is a NoneType, not a string"),
        ({"a": [{True: 1, "b": 2}]}, "/a/0: its name True is a bool, not a string"),
        ("\ud800", "the value itself: half of a surrogate pair"),
        ({"a": ["x", "\udfff"]}, "/a/1: half of a surrogate pair"),
        ({"a": {"\ud800": 1}}, r"/a/\ud800: half of a surrogate pair"),
        ({"a": {"\ud83d": "\ude00"}}, r"/a/\ud83d: half of a surrogate pair"),
        ({"a": {"b": [math.nan]}}, "/a/b/0: nan, which JSON cannot write"),
        ({"": [1.0, {"": object}]}, "//1/: a type, which is no JSON value"),
    ],
)
def test_says_what_cannot_be_written_and_where(value: Any, where: str) -> None:
    with pytest.raises(WireError) as refused:
        canonical(value)
    assert refused.value.message.startswith(where)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"{}x", "not JSON: Extra data at character 2"),
        (b"{'a':1}", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"01", "not JSON"),
        (b"+1", "not JSON"),
        (b".5", "not JSON"),
        (b"1.", "not JSON"),
        (b'"a\nb"', "not JSON: Invalid control character"),
        (b'"\\x41"', "not JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"\xff\xfe[\x00]\x00", "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8: invalid continuation byte at byte 1"),
        (b'"\xc0\xaf"', "not UTF-8"),
        (b'{"a":1,"b":2,"a":1}', 'says the name "a" twice'),
        (b'{"a":1,"\\u0061":2}', 'says the name "a" twice'),
        (b'[{"x":{"\\n":1,"\\n":1}}]', 'says the name "\\\\n" twice'),
        (b"NaN", "NaN, which is no JSON value"),
        (b"[Infinity]", "Infinity, which is no JSON value"),
        (b"[-Infinity]", "-Infinity, which is no JSON value"),
        (b"1e400", "more than any double holds"),
        (b"-1.5e999", "more than any double holds"),
        (b"9007199254740993", "an integer beyond"),
        (b"-9007199254740993", "an integer beyond"),
        (b"1152921504606846976", "an integer beyond"),
        (b"1" + b"0" * 21, "an integer beyond"),
        (b"9" * 5000, "an integer beyond"),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'{"\\uDFFF":1}', "half of a surrogate pair"),
        (b'"\\ude00\\ud83d"', "half of a surrogate pair"),
        (b"[" * 101 + b"]" * 101, "more than 100"),
        (b"[" * 100_000, "more than 100"),
        (b'{"a":' * 100_000, "more than 100"),
    ],
    ids=lambda each: repr(each)[:40],
)
def test_refuses_what_could_be_read_in_two_ways(data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why.replace("+", r"\+")):
        parse(data)


def test_gives_long_integers_back_as_the_floats_they_were() -> None:
    for value in (2.0**53, 1e20, -1e20, 295147905179352830000.0):
        again = parse_canonical(canonical(value))
        assert (again, type(again)) == (value, float)
    for whole in (MAX_INTEGER, -MAX_INTEGER, 10**15, 999999999999999):
        again = parse_canonical(canonical(whole))
        assert (again, type(again)) == (whole, int)


def test_reads_pairs_of_surrogates_and_escaped_backslashes() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"
    assert parse(b'"\\\\ud800"') == "\\ud800"


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b'{"b":1,"a":2}', 2),
        (b'{"a": 1}', 5),
        (b"[1.0]", 2),
        (b"[1E5]", 2),
        (b"-0", 0),
        (b'"\\u0041"', 1),
        (b'"\\/"', 1),
        (b"{}\n", 2),
        (b'"\\u001F"', 6),
    ],
)
def test_refuses_another_form_of_the_same_value(data: bytes, at: int) -> None:
    parse(data)
    with pytest.raises(WireError, match=f"not in canonical form .* from byte {at} on"):
        parse_canonical(data)


def spoil(data: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    for at, put in cuts:
        place = at % (len(data) + 1)
        data = data[:place] + put + data[place + len(put) // 2 :]
    return data


words = b'{ } [ ] , : " \\ \\ud800 \\u NaN - 1e999 0 . E+ true nul Infinity {"a":1,"a":1}'.split()
bits = [b"9" * 30, b"9" * 5000, b"[" * 150, b'{"a":' * 150, b" ", b"\0", b"\xff", b"\xed\xa0\x80"]
tokens = st.sampled_from([*words, *bits, b"\xef\xbb\xbf"])
documents = (
    st.binary()
    | st.lists(tokens).map(b"".join)
    | st.builds(
        spoil,
        values.map(canonical),
        st.lists(st.tuples(st.integers(0, 10**6), tokens | st.binary(max_size=3)), max_size=4),
    )
    | st.text().map(lambda text: json.dumps(text).encode())
)


@settings(deadline=None)
@given(documents)
@example(b"[" * 100_000 + b"]" * 100_000)
@example(b"1" * 100_000)
@example(b'"' + b"\\" * 99_999)
def test_any_bytes_are_refused_or_read_so_that_they_can_be_written(data: bytes) -> None:
    try:
        value = parse(data)
    except WireError as error:
        assert error.message  # noqa: PT017  every refusal says why
        return
    again = canonical(value)
    assert parse_canonical(again) == value
    assert json.loads(data, parse_int=float) == value, "so does ECMAScript read it"


@settings(deadline=None)
@given(documents)
def test_no_bytes_are_canonical_but_those_we_would_write(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except WireError:
        return
    assert canonical(value) == data
