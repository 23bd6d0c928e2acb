from pathlib import Path

import pytest

from whence.rows.jsonlines import column_type, find_fault, pointer


@pytest.mark.parametrize(
    ("key", "expected"),
    # RFC 6901, section 5.
    [("foo", "/foo"), ("", "/"), ("a/b", "/a~1b"), ("m~n", "/m~0n"), (" ", "/ "), ('k"l', '/k"l')],
)
def test_pointer_is_that_of_the_rfc(key: str, expected: str) -> None:
    assert pointer(key) == expected


@pytest.mark.parametrize(
    ("types", "word"),
    [
        ([], "null"),
        (["NULL"], "null"),
        (["BIGINT", "UBIGINT", "NULL"], "integer"),
        (["UBIGINT", "DOUBLE"], "number"),
        (["VARCHAR", "UBIGINT"], "integer|string"),
    ],
)
def test_column_type(types: list[str], word: str) -> None:
    assert column_type(types) == word


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a":1}\n\n{"a":2}', None),
        (b'{"a":1}\n[2]\n', "line 2 is not a JSON object"),
        (b'{"a":1}\nx\n{"a":2}\n', "line 2 is not JSON"),
        (b'{"a":"\xff"}\n', "line 1 is not UTF-8"),
        (b'{"a":1}\n{"a":', "line 2, the last, is cut short"),
        (b"[" * 200_000 + b"\n", "line 1 is not JSON"),
    ],
)
def test_find_fault_names_the_line(tmp_path: Path, data: bytes, message: str | None) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(data)
    fault = find_fault(path, "t.jsonl")
    assert (fault and fault.message) == (message and f"t.jsonl: {message}")
