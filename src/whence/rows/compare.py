"""What changed between two versions of a table."""

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import compress
from operator import eq
from typing import TYPE_CHECKING

from whence.rows.engine import LoadedTable, load_table
from whence.rows.fingerprint import Column, TableFingerprint, describe, describe_columns
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
        return _of_other_families(change)
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
        pairs = _pair_columns(older, newer)
        first = describe(opened[0].format.kind, older, [old for old, _ in pairs])
        second = describe(opened[1].format.kind, newer, [new for _, new in pairs])
    change = _compare_columns(first, second)
    whole = len(pairs) == len(first.columns) == len(second.columns)
    if first.kind.family != second.kind.family:
        return _of_other_families(change)
    if not pairs and not whole:
        return replace(change, not_compared=NO_COMMON_COLUMN)
    return replace(
        change,
        rows=count_changes(first.rows, second.rows),
        compared_on=None if whole else tuple(old for old, _ in pairs),
    )


def _of_other_families(change: TableChange) -> TableChange:
    # Types and values differ in their spelling everywhere, which says nothing.
    return replace(change, not_compared=FAMILIES_DIFFER, retyped=(), values_changed=())


def _pair_columns(before: LoadedTable, after: LoadedTable) -> list[tuple[str, str]]:
    """(old name, new name) of the columns that both have, renamed ones included, by old name."""
    old, new = describe_columns(before), describe_columns(after)
    same_height = before.row_count == after.row_count
    renamed = _find_renamed(old, new) if same_height and before.row_count else ()
    kept = {it.name for it in old} & {it.name for it in new}
    return sorted([*((name, name) for name in kept), *renamed])


def _compare_columns(before: TableFingerprint, after: TableFingerprint) -> TableChange:
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    gone = [column for column in before.columns if column.name not in new]
    come = [column for column in after.columns if column.name not in old]
    same_height = before.row_count == after.row_count
    renamed = (
        _find_renamed(before.columns, after.columns) if same_height and before.row_count else ()
    )
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


def _find_renamed(old: Sequence[Column], new: Sequence[Column]) -> tuple[tuple[str, str], ...]:
    """Columns that kept type and values and changed their name; none where two could be meant."""
    gone = _by_look(old, {it.name for it in new})
    come = _by_look(new, {it.name for it in old})
    return tuple(
        (names[0], come[look][0])
        for look, names in gone.items()
        if len(names) == len(come.get(look, ())) == 1
    )


def _by_look(
    columns: Sequence[Column], others: AbstractSet[str]
) -> dict[tuple[str, int], list[str]]:
    """The names of columns without a namesake among the others, by type and values."""
    names: dict[tuple[str, int], list[str]] = {}
    for it in columns:
        if it.name not in others:
            names.setdefault((it.type, it.hash), []).append(it.name)
    return names


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
    shared = len(left & right)
    if len(left) < len(some) and len(right) < len(others):
        shared += (Counter(_repeats(some)) & Counter(_repeats(others))).total()
    return shared


def _repeats(rows: "array[int]") -> Iterator[int]:
    """Every sorted value but its first appearance."""
    return compress(rows, map(eq, rows, rows[1:]))
