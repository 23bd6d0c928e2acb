# ruff: noqa: S608  statements are made of our own words and of column numbers
"""A table's fingerprint: what is kept of a table so that its next version can be compared to it.

It has two parts: a header, and *prints*, a Parquet file with one line for each row of the table.
Of a table that is not large they are in the order of ``k``, which says nothing of the rows' order:

===========  =====================================================================================
``k``        the keyed hash of the row's key; of the whole row where no key was found
``r``        32 bits of the keyed hash of the whole row; only with a key
``w0`` …     *marks* of the cells, some bits of each cell's hash side by side; only with a key
``g0`` …     32 bits of the hash of a segment's value
===========  =====================================================================================
"""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from whence.errors import TableError
from whence.rows.choosing import Look
from whence.rows.engine import LoadedTable, load_table
from whence.rows.format import TableFormat, TableKind
from whence.rows.hashing import RowKey, cell_hash, key_hash, probe, row_hash, row_key
from whence.rows.opening import DEFAULT_LIMITS, Limits, open_table, printable
from whence.rows.profile import Profile, profiles_of

PRINTS = "prints.parquet"
_WORD_BITS = 64
_MOST_MARK_BITS = 16
_SPARE_BYTES = 1 << 19
"""Tables whose marks take no more than this get as many bits a cell as are of use."""

_LEAST_DISTINCT = 0.9
"""Of a found key, the share of different values, by an estimate that is off by a few hundredths."""

_TRIES = 3
_ORDERED = 1 << 20
"""Prints of more rows are left as they come: ordering them takes longer than all the rest."""


Likely = Callable[[Sequence[str]], Sequence[str]]
"""The names of a table's columns, in order → the key that served the last such table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in the words of the table's format, and its profile."""

    name: str
    type: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the prints hold the marks of cells: so many bits each, columns in order of names."""

    bits: int
    """0: none are kept."""
    words: int

    def place(self, at: int) -> tuple[int, int]:
        """The word and the shift of the mark of the column at this place in order of names."""
        per_word = _WORD_BITS // self.bits
        return at // per_word, at % per_word * self.bits


@dataclass(frozen=True, slots=True)
class TableFingerprint:
    """What is kept of one version of a table, beside its prints."""

    algorithm: str
    mark: str
    """Of the key that the hashes were keyed with."""
    kind: TableKind
    columns: tuple[Column, ...]
    """In the table's order; of JSON lines, where order means nothing, by name."""
    row_count: int
    key: tuple[str, ...]
    """The columns that identify rows, in order of their names; none: rows are compared whole."""
    found: bool
    """Whether the key was found by looking, and nobody said so."""
    marks: Marks
    segments: tuple[str, ...]
    """The columns of ``g0``, ``g1`` …"""
    values: tuple[Mapping[int, str], ...]
    """Of each segment, hash → value, as far as values are frequent enough to be kept by name."""
    part: int
    """One row of so many was profiled."""
    notes: tuple[str, ...] = ()
    """What had to be mended to read it, as phrases."""

    def order(self) -> list[str]:
        """The names of the columns in the order in which they are hashed and marked."""
        return sorted(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Print:
    """A fingerprint with its prints, a file that stays as long as its owner lets it."""

    head: TableFingerprint
    prints: Path


def fingerprint(  # noqa: PLR0913  one question, of which most words are seldom said
    path: str | os.PathLike[str],
    prints: Path,
    *,
    secret: bytes | None = None,
    key: Sequence[str] = (),
    likely: Likely = lambda _: (),
    known_as: Mapping[str, str] | None = None,
    format: TableFormat | None = None,  # noqa: A002  the word of the field
    limits: Limits = DEFAULT_LIMITS,
) -> TableFingerprint:
    """The fingerprint of the table in a file.

    Args:
        path: The table.
        prints: Where its prints are written; what is there is replaced.
        secret: What hashes are keyed with; fingerprints of other secrets cannot be compared.
            ``None``: a new one.
        key: The columns that identify rows; none: they are found.
        likely: What to try first when they are to be found, by the names of all columns.
        known_as: Name in the file → name in the fingerprint, of the columns that are read; ``None``
            for all as they are.
        format: ``None`` means to find it out.
        limits: What it may cost.

    Raises:
        TableError: the file is missing, no table, damaged, half-written, over a limit, has no
            column of the key, or was changed while it was read. Says what, where, what to try.
    """
    keyed_with = row_key(secret or secrets.token_bytes(32))
    with open_table(path, format, limits) as opened, load_table(opened) as table:
        if known_as is not None:
            table.keep(known_as)
        _check_key(key, table, opened.shown)
        head = _take(table, keyed_with, key, likely)
        _move(table.folder / PRINTS, prints, opened.shown)
    return head


def _check_key(key: Sequence[str], table: LoadedTable, shown: str) -> None:
    names = [name for name, _ in table.columns]
    for name in key:
        if name not in names:
            raise TableError(
                f"{shown}: has no column `{printable(name)}`",
                hint=f"it has {', '.join(map(printable, names[:12]))}"
                + (" …" if len(names) > 12 else ""),
            )


def _move(source: Path, target: Path, shown: str) -> None:
    try:
        source.chmod(0o600)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):
            os.replace(source, target)  # noqa: PTH105  both are plain paths
            return
        target.write_bytes(b"")
        target.chmod(0o600)
        with source.open("rb") as read, target.open("wb") as write:
            while block := read.read(1 << 20):
                write.write(block)
    except OSError as error:
        raise TableError(
            f"{shown}: its fingerprint cannot be written: {error.strerror}",
            hint="is there space, and may the folder be written?",
        ) from error


def _take(
    table: LoadedTable, keyed_with: RowKey, asked: Sequence[str], likely: Likely
) -> TableFingerprint:
    look = Look(table)
    chosen = tuple(sorted(asked)) if asked else _write_found(table, look, keyed_with, likely)
    if asked:
        _write(table, look, keyed_with, chosen)
    marks, segments = _layout(table, look, chosen)
    order = _order(table)
    columns = chosen or sorted(order)
    hashed = [f"h{order[name]}" for name in columns]
    identity = key_hash(hashed, keyed_with) if chosen else row_hash(hashed, keyed_with)
    part, profiles = profiles_of(table, keyed_with, identity)
    return TableFingerprint(
        algorithm=probe(table.connection),
        mark=keyed_with.mark,
        kind=table.kind,
        columns=tuple(
            Column(name, type_, profile)
            for (name, type_), profile in zip(table.columns, profiles, strict=True)
        ),
        row_count=table.row_count,
        key=chosen,
        found=not asked,
        marks=marks,
        segments=segments,
        values=_values(table, segments, profiles),
        part=part,
        notes=table.notes,
    )


def _write_found(
    table: LoadedTable, look: Look, keyed_with: RowKey, likely: Likely
) -> tuple[str, ...]:
    """Write prints by the first key that holds what a look promised; the key, or none."""
    order = _order(table)
    candidates = dict.fromkeys(tuple(sorted(key)) for key in look.find_keys())
    first = tuple(sorted(likely(sorted(order))))
    if first and set(first) <= set(order) and look.identifies([order[name] for name in first]):
        candidates = {first: None, **candidates}
    for key in list(candidates)[:_TRIES]:
        _write(table, look, keyed_with, key)
        if look.whole or _identifies(table):
            return key
    _write(table, look, keyed_with, ())
    return ()


def _identifies(table: LoadedTable) -> bool:
    path = table.folder / PRINTS
    (found,) = table.ask(f"SELECT approx_count_distinct(k) FROM read_parquet('{path}')")
    return bool(found[0] >= _LEAST_DISTINCT * table.row_count)


def _write(table: LoadedTable, look: Look, keyed_with: RowKey, key: tuple[str, ...]) -> None:
    order = _order(table)
    names = sorted(order)
    marks, segments = _layout(table, look, key)
    cells = {name: f"h{order[name]}" for name in names}
    every = row_hash([cells[name] for name in names], keyed_with)
    shown = [f"{every} AS k"]
    if key:
        shown = [f"{key_hash([cells[name] for name in key], keyed_with)} AS k"]
        shown += [f"({every} & 4294967295)::UINTEGER AS r"]
        shown += _words([cells[name] for name in names], marks)
    shown += [f"({cells[name]} >> 32)::UINTEGER AS g{at}" for at, name in enumerate(segments)]
    hashed = [f"{cell_hash(raw, keyed_with)} AS h{at}" for at, raw in enumerate(table.hashes)]
    table.connection.execute(
        f"COPY (SELECT {', '.join(shown)} FROM (SELECT {', '.join(hashed) or '0'} FROM cells)"
        f"{' ORDER BY k' * (table.row_count <= _ORDERED)}) TO '{table.folder / PRINTS}'"
        " (FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v2)"
    )


def _words(cells: Sequence[str], marks: Marks) -> list[str]:
    if not marks.bits:
        return []
    mask = (1 << marks.bits) - 1
    parts: list[list[str]] = [[] for _ in range(marks.words)]
    for at, cell in enumerate(cells):
        word, shift = marks.place(at)
        parts[word].append(f"(({cell} & {mask}) << {shift})")
    return [f"({' | '.join(part)})::UBIGINT AS w{word}" for word, part in enumerate(parts)]


def _layout(table: LoadedTable, look: Look, key: tuple[str, ...]) -> tuple[Marks, tuple[str, ...]]:
    return (_marks(len(table.columns), table.row_count) if key else Marks(0, 0)), look.segments(key)


def _marks(width: int, rows: int) -> Marks:
    """As many bits a cell as one word has room for, and some words more for a small table."""
    most = max(1, _SPARE_BYTES // (8 * max(rows, 1)))
    for bits in range(_MOST_MARK_BITS, 0, -1):
        words = -(-width // (_WORD_BITS // bits))
        if words <= most:
            return Marks(bits, words)
    return Marks(0, 0)


def _order(table: LoadedTable) -> dict[str, int]:
    """Name → place of the columns."""
    return {name: at for at, (name, _) in enumerate(table.columns)}


def _values(
    table: LoadedTable, segments: Sequence[str], profiles: Sequence[Profile]
) -> tuple[dict[int, str], ...]:
    """What the hashes of segments stand for, where a value is frequent enough to be named."""
    order = _order(table)
    named = []
    for name in segments:
        at = order[name]
        frequent = profiles[at].shares or {}
        found = table.ask(
            f"SELECT (any_value(h{at}) >> 32)::BIGINT, {table.labels[at]} AS label"
            f" FROM profiled WHERE {table.filled[at]} GROUP BY label ORDER BY label"
        )
        named.append({code: label for code, label in found if label in frequent})
    return tuple(named)
