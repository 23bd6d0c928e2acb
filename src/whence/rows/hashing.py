"""How values become hashes: keyed, by the engine, and named so that a change of engine is seen.

Three things are hashed, each with words of its own that are made from a secret:

- a cell: the engine's hash of its value, then one keyed round;
- a row: the hashes of its cells, in the order of the columns' names, then three keyed rounds;
- a key: the same of the key's columns, with other words.

A round is ``hash(xor(x, word))``, and another word is put over the last one, as in an iterated
Even-Mansour cipher (Dunkelman, Keller and Shamir, EUROCRYPT 2012). The engine's mixing is made for
speed and is no proven permutation: the words keep somebody who has the hashes alone from trying out
rows; they are no encryption.

An engine does not promise that its hash stays the same. So the algorithm's name holds a digest of
our own definitions, and of what the engine makes of some hundred values: hashes of one name are
comparable, whatever version of the engine made them, and others are not compared.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whence.rows.cells import DEFINITIONS

if TYPE_CHECKING:
    import duckdb

_PROBE_BYTES = 6
FAMILY = f"whence-rows-2-{hashlib.sha256(repr(DEFINITIONS).encode()).hexdigest()[:8]}"
"""What the name of the algorithm begins with: our own part of it."""

_WORDS = 8
_MARK_BYTES = 8

_NAMES: list[str] = []

_PROBE = """
SELECT hash(i), hash(-i * 7919), hash(i / 7.0), hash(-i::DOUBLE), hash(repeat('aé', i::INT)),
       hash(chr(33 + i::INT)), hash(TIMESTAMP '2001-02-03' + to_microseconds(i * 86399999977)),
       hash(CASE WHEN i % 2 = 0 THEN i END), hash(i > 9), hash((i || 'x')::BLOB),
       hash(hash(i), hash('a' || i)), hash(hash(i), hash(i + 1), hash(NULL::INT), hash(i / 3.0)),
       hash(xor(hash(i), 81985529216486895::UBIGINT))
FROM range(48) AS numbers(i) ORDER BY i
"""


@dataclass(frozen=True, slots=True)
class RowKey:
    """What hashes are keyed with."""

    words: tuple[int, ...]
    mark: str
    """Tells keys apart without telling anything of them."""


def row_key(secret: bytes) -> RowKey:
    """The key that is made of a secret."""
    material = hashlib.sha512(b"whence rows 2\0" + secret).digest()
    mark = hashlib.sha256(b"whence rows 2 mark\0" + secret).hexdigest()[: 2 * _MARK_BYTES]
    words = (material[at : at + 8] for at in range(0, 8 * _WORDS, 8))
    return RowKey(tuple(int.from_bytes(word, "little") for word in words), mark)


def probe(connection: "duckdb.DuckDBPyConnection") -> str:
    """The name of the algorithm as this engine carries it out; asked once a process."""
    if not _NAMES:
        found = connection.execute(_PROBE).fetchall()
        digest = hashlib.sha256(repr(found).encode()).hexdigest()
        _NAMES.append(f"{FAMILY}-{digest[: 2 * _PROBE_BYTES]}")
    return _NAMES[0]


def cell_hash(raw: str, key: RowKey) -> str:
    """SQL: the keyed hash of a cell, from the engine's hash of its value."""
    return f"hash(xor({raw}, {_word(key, 0)}))"


def row_hash(cells: Sequence[str], key: RowKey) -> str:
    """SQL: the keyed hash of a row, from those of its cells in the order of their names."""
    return _rounds(cells, key, 1)


def key_hash(cells: Sequence[str], key: RowKey) -> str:
    """SQL: the keyed hash of what identifies a row, from those of the cells of its key."""
    return _rounds(cells, key, 4)


def _rounds(cells: Sequence[str], key: RowKey, first: int) -> str:
    folded = f"hash({', '.join(cells)})" if cells else "hash(0)"
    for at in (first, first + 1):
        folded = f"hash(xor({folded}, {_word(key, at)}))"
    return f"xor({folded}, {_word(key, first + 2)})"


def _word(key: RowKey, at: int) -> str:
    return f"{key.words[at]}::UBIGINT"
