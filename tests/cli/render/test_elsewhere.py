import pytest

from whence.cli.render.elsewhere import call_rows, query_rows, state_of


def test_statements_stand_with_their_rows_and_times() -> None:
    said = {"database": "postgresql://db/shop", "statement": "SELECT a FROM t", "rows": 1}
    assert query_rows([said, {**said, "rows": 2_000, "times": 1_000}]) == [
        ("postgresql://db/shop", "SELECT a FROM t", "1 row", ""),
        ("postgresql://db/shop", "SELECT a FROM t", "2,000 rows", "1,000 times"),
    ]
    assert "\x1b" not in query_rows([{**said, "statement": "SELECT \x1b[2J"}])[0][1]


def test_calls_stand_with_their_count() -> None:
    call = {"service": "http", "uri": "https://h", "method": "POST", "count": 3}
    assert call_rows([call]) == [("https://h", "POST", "3 calls")]


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ({"etag": "abc", "version": "v7"}, "version v7"),
        ({"etag": "0123456789abcdef0123"}, "etag 0123456789abcdef0"),
        ({}, "content unknown"),
    ],
)
def test_a_state_stands_where_content_is_not_known(remote: dict[str, str], shown: str) -> None:
    assert state_of({"remote": remote}) == shown
    assert state_of({}) == "content unknown"
