import duckdb
import pytest

from whence.rows import hashing
from whence.rows.hashing import cell_hash, key_hash, probe, row_hash, row_key


def values(*expressions: str) -> tuple[int, ...]:
    with duckdb.connect() as connection:
        (found,) = connection.execute(f"SELECT {', '.join(expressions)}").fetchall()
    return found


def test_secrets_make_keys_of_their_own() -> None:
    one, other = row_key(b"a" * 32), row_key(b"b" * 32)
    assert not {*one.words, one.mark} & {*other.words, other.mark}
    assert len(set(one.words)) == 8
    assert row_key(b"a" * 32) == one


def test_cells_rows_and_keys_have_hashes_of_their_own() -> None:
    key = row_key(b"a" * 32)
    found = values(
        cell_hash("hash(7)", key), row_hash(["hash(7)"], key), key_hash(["hash(7)"], key)
    )
    assert len(set(found)) == 3


def test_the_order_of_cells_matters_and_no_cell_is_a_row_too() -> None:
    key = row_key(b"a" * 32)
    some = ["hash(1)", "hash(2)"]
    assert len(set(values(row_hash(some, key), row_hash(some[::-1], key), row_hash([], key)))) == 3


def test_differences_of_hashes_do_not_tell_without_the_key() -> None:
    """Were a key only put over a hash, two hashes would differ alike under any key."""
    keys = [row_key(secret * 32) for secret in (b"a", b"b")]
    apart = [
        values(f"xor({cell_hash('hash(1)', key)}, {cell_hash('hash(2)', key)})") for key in keys
    ]
    assert apart[0] != apart[1]


def test_an_engine_that_hashes_otherwise_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with duckdb.connect() as connection:
        name = probe(connection)
        assert name.startswith("whence-rows-2-")
        monkeypatch.setattr(hashing, "_NAMES", [])
        assert probe(connection) == name
        monkeypatch.setattr(hashing, "_NAMES", [])
        monkeypatch.setattr(hashing, "_PROBE", "SELECT hash(1), hash('a')")
        assert probe(connection) != name
