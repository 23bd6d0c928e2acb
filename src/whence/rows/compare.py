"""What changed between two versions of a table."""

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whence.rows.engine import LoadedTable, load_table
from whence.rows.fingerprint import Column, TableFingerprint, describe
from whence.rows.format import TableFormat
from whence.rows.opening import DEFAULT_LIMITS, Limits, open_table, printable

if TYPE_CHECKING:
    from array import array

_BLOCK = 1 << 20
"""Rows that are compared at once: sets of them take about 100 MB."""

_MOST_LINES = 20

COLUMNS_DIFFER = "the columns differ, and one version is known by its fingerprint only"
NO_COMMON_COLUMN = "the two have no column in common"
FAMILIES_DIFFER = "the two are written in formats that spell equal values differently"


@dataclass(frozen=True, slots=True)
class RowChange:
    """How many rows came, went and stayed; a row that stands twice counts twice.

    A row in which one value changed is one removed and one added.
    """

    added: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class TableChange:
    """What changed from one version of a table to another."""

    rows_before: int
    rows_after: int
    rows: RowChange | None
    """None where rows cannot be compared; ``not_compared`` says why."""
    not_compared: str = ""
    compared_on: tuple[str, ...] | None = None
    """The columns (names of the older version) that rows were compared on; None: on all."""
    added: tuple[Column, ...] = ()
    removed: tuple[Column, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """(old, new): other name, same type, same values."""
    retyped: tuple[tuple[str, str, str], ...] = ()
    """(name, old type, new type)."""
    reordered: bool = False
    """The columns that both have stand in another order."""
    values_changed: tuple[str, ...] = ()
    """Columns of one type in both whose values differ, where the number of rows does not.

    With another number of rows nearly every column has other values, which says nothing.
    """
    notes: tuple[str, ...] = ()
    """What had to be mended to read the two, as phrases."""

    @property
    def same(self) -> bool:
        """Whether both hold the same columns and the same rows, the order of rows aside."""
        columns = (self.added, self.removed, self.renamed, self.retyped, self.reordered)
        rows = self.rows
        return not any(columns) and rows is not None and not (rows.added or rows.removed)

    def sentences(self) -> tuple[str, ...]:
        """The change in plain lines, rows first; safe to print."""
        return (*self._row_sentences(), *self._column_sentences(), *self.notes)

    def _row_sentences(self) -> Iterator[str]:
        if self.rows is None:
            yield (
                f"{_count(self.rows_before, 'row')} before, {self.rows_after:,} after; "
                f"which of them changed is not known: {self.not_compared}"
            )
            return
        rows = self.rows
        on = ""
        if self.compared_on is not None:
            on = f", compared on the {_count(len(self.compared_on), 'column')} that both have"
        if not rows.added and not rows.removed:
            yield f"the same {_count(rows.unchanged, 'row')}{on}"
            return
        yield (
            f"{_count(rows.added, 'row')} added, {rows.removed:,} removed, "
            f"{rows.unchanged:,} unchanged{on}"
        )

    def _column_sentences(self) -> Iterator[str]:
        for verb, columns in (("added", self.added), ("removed", self.removed)):
            yield from _listed(
                [f"column {_quoted(it.name)} {verb}{_typed(it.type)}" for it in columns],
                f"columns {verb}",
            )
        yield from _listed(
            [f"column {_quoted(old)} renamed to {_quoted(new)}" for old, new in self.renamed],
            "columns renamed",
        )
        yield from _listed(
            [
                f"column {_quoted(name)} changed its type from {printable(old)} to {printable(new)}"
                for name, old, new in self.retyped
            ],
            "columns with another type",
        )
        if self.reordered:
            yield "the columns stand in another order"
        yield from _listed(
            [f"values changed in column {_quoted(name)}" for name in self.values_changed],
            "columns with changed values",
        )
        rows = self.rows
        if rows and rows.added == rows.removed > 0 and not self.values_changed and self._as_wide:
            yield "every column holds the same values as before, arranged in other rows"

    @property
    def _as_wide(self) -> bool:
        return not (self.added or self.removed or self.retyped)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _quoted(name: str) -> str:
    return f"`{printable(name)}`"


def _typed(name: str) -> str:
    return "" if name == "text" else f" ({printable(name)})"


def _listed(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"… and {len(lines) - _MOST_LINES:,} more {what}"


def compare(before: TableFingerprint, after: TableFingerprint) -> TableChange:
    """What changed between two fingerprints.

    Rows are compared where both have columns of the same names, whatever their order and types:
    a row's hash is made of the values, read in the order of the names.
    """
    change = _compare_columns(before, after)
    if before.kind.family != after.kind.family:
        return replace(change, not_compared=FAMILIES_DIFFER, retyped=(), values_changed=())
    if change.added or change.removed or change.renamed:
        return replace(change, not_compared=COLUMNS_DIFFER)
    return replace(change, rows=count_changes(before.rows, after.rows))


def compare_files(
    before: str | os.PathLike[str],
    after: str | os.PathLike[str],
    *,
    formats: tuple[TableFormat | None, TableFormat | None] = (None, None),
    limits: Limits = DEFAULT_LIMITS,
) -> TableChange:
    """What changed between two tables at hand.

    Where the columns differ, rows are compared on those that both have, renamed ones included.

    Raises:
        TableError: as ``fingerprint`` does, for either file.
    """
    with ExitStack() as stack:
        opened = [
            stack.enter_context(open_table(path, form, limits))
            for path, form in zip((before, after), formats, strict=True)
        ]
        older, newer = (stack.enter_context(load_table(table)) for table in opened)
        first, second = (
            describe(table.format.kind, loaded)
            for table, loaded in zip(opened, (older, newer), strict=True)
        )
        change = compare(first, second)
        if change.not_compared != COLUMNS_DIFFER:
            return change
        pairs = _common_columns(first, second, dict(change.renamed))
        if not pairs:
            return replace(change, not_compared=NO_COMMON_COLUMN)
        rows = count_changes(_rows_on(older, list(pairs)), _rows_on(newer, list(pairs.values())))
    wide = len(pairs) == len(first.columns) == len(second.columns)
    return replace(change, rows=rows, not_compared="", compared_on=None if wide else tuple(pairs))


def _rows_on(table: LoadedTable, names: Sequence[str]) -> "array[int]":
    places = {name: at for at, (name, _) in enumerate(table.columns)}
    return table.hash_rows([places[name] for name in names])


def _common_columns(
    before: TableFingerprint, after: TableFingerprint, renamed: Mapping[str, str]
) -> dict[str, str]:
    """Old name to new name of the columns that both have."""
    there = {column.name for column in after.columns}
    pairs = {it.name: renamed.get(it.name, it.name) for it in before.columns}
    return {old: new for old, new in pairs.items() if new in there}


def _compare_columns(before: TableFingerprint, after: TableFingerprint) -> TableChange:
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    gone = [column for column in before.columns if column.name not in new]
    come = [column for column in after.columns if column.name not in old]
    same_height = before.row_count == after.row_count
    renamed = _find_renamed(gone, come) if same_height and before.row_count else ()
    both = [(it, new[it.name]) for it in before.columns if it.name in new]
    kept = [it.name for it in after.columns if it.name in old]
    return TableChange(
        rows_before=before.row_count,
        rows_after=after.row_count,
        rows=None,
        added=tuple(it for it in come if it.name not in {name for _, name in renamed}),
        removed=tuple(it for it in gone if it.name not in {name for name, _ in renamed}),
        renamed=renamed,
        retyped=tuple((a.name, a.type, b.type) for a, b in both if a.type != b.type),
        reordered=[a.name for a, _ in both] != kept,
        values_changed=tuple(
            a.name for a, b in both if same_height and a.type == b.type and a.hash != b.hash
        ),
        notes=(
            *(f"the older version: {note}" for note in before.notes),
            *(f"the newer version: {note}" for note in after.notes),
        ),
    )


def _find_renamed(gone: Sequence[Column], come: Sequence[Column]) -> tuple[tuple[str, str], ...]:
    """Columns that kept type and values and changed their name; none where two could be meant."""
    looks = Counter((it.type, it.hash) for it in gone), Counter((it.type, it.hash) for it in come)
    names = {(it.type, it.hash): it.name for it in come}
    return tuple(
        (it.name, names[look])
        for it in gone
        if looks[0][look := (it.type, it.hash)] == looks[1][look] == 1
    )


def count_changes(before: "array[int]", after: "array[int]") -> RowChange:
    """How two sorted multisets of hashes differ; in blocks, so that memory stays bounded."""
    if before == after:
        return RowChange(added=0, removed=0, unchanged=len(before))
    shared = at = to = 0
    while at < len(before) and to < len(after):
        last = min(
            before[min(at + _BLOCK, len(before)) - 1], after[min(to + _BLOCK, len(after)) - 1]
        )
        next_at, next_to = bisect_right(before, last, at), bisect_right(after, last, to)
        shared += _count_shared(before[at:next_at], after[to:next_to])
        at, to = next_at, next_to
    return RowChange(added=len(after) - shared, removed=len(before) - shared, unchanged=shared)


def _count_shared(some: "array[int]", others: "array[int]") -> int:
    left, right = set(some), set(others)
    both = left & right
    if len(left) == len(some) and len(right) == len(others):
        return len(both)
    times, again = Counter(some), Counter(others)
    return sum(min(times[value], again[value]) for value in both)
