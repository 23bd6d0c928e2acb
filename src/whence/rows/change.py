"""What changed from one version of a table to another, as values and in plain lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from whence.rows.drift import Drift
from whence.rows.fingerprint import Column
from whence.rows.opening import printable
from whence.rows.segments import Segment

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class RowChange:
    """How many rows came, went, changed and stayed; a row that stands twice counts twice.

    Without a key no row is called changed: one in which a value changed is one removed, one added.
    """

    added: int
    removed: int
    unchanged: int
    changed: int = 0


@dataclass(frozen=True, slots=True)
class TableChange:
    """What changed from one version of a table to another."""

    rows_before: int
    rows_after: int
    rows: RowChange | None
    """None where rows cannot be compared; ``not_compared`` says why."""
    not_compared: str = ""
    key: tuple[str, ...] = ()
    """The columns by which rows were paired; none: rows were compared whole."""
    key_found: bool = False
    """Whether nobody named the key: it was found, and said so."""
    compared_on: tuple[str, ...] | None = None
    """The columns (names of the older version) that rows were compared on; None: on all."""
    at_least: bool = False
    """Whether more rows may have changed: they were compared by a few bits of each cell."""
    columns_changed: tuple[tuple[str, int], ...] = ()
    """(name, rows) of the columns in which the changed rows differ, the most frequent first; the
    number is an estimate where few bits of each cell are kept."""
    segments: tuple[Segment, ...] = ()
    """Where the rows that came, went or changed lie, as far as that is telling."""
    drifts: tuple[Drift, ...] = ()
    """Columns whose values as a whole moved, the farthest first."""
    added: tuple[Column, ...] = ()
    removed: tuple[Column, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """(old, new): other name, same type, same values."""
    retyped: tuple[tuple[str, str, str], ...] = ()
    """(name, old type, new type)."""
    reordered: bool = False
    """The columns that both have stand in another order."""
    values_changed: tuple[str, ...] = ()
    """Columns of one type in both whose values differ, where rows were compared whole and their
    number is the same. With another number of rows nearly every column has other values."""
    notes: tuple[str, ...] = ()
    """What had to be mended to read the two, as phrases."""

    @property
    def same(self) -> bool:
        """Whether both hold the same columns and the same rows, the order of rows aside."""
        columns = (self.added, self.removed, self.renamed, self.retyped, self.reordered)
        rows = self.rows
        moved = rows is None or rows.added or rows.removed or rows.changed
        return not any(columns) and not moved

    def sentences(self) -> tuple[str, ...]:
        """The change in plain lines, rows first; safe to print."""
        return (
            *self._row_sentences(),
            *self._changed_sentences(),
            *_listed([segment.sentence() for segment in self.segments], "segments"),
            *self._column_sentences(),
            *_listed([drift.sentence() for drift in self.drifts], "columns that moved"),
            *self.notes,
        )

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
        if not rows.added and not rows.removed and not rows.changed:
            yield f"the same {_count(rows.unchanged, 'row')}{on}"
            return
        least = "at least " * (self.at_least and rows.changed > 0)
        changed = f"{least}{rows.changed:,} changed, " if self.key else ""
        yield (
            f"{_count(rows.added, 'row')} added, {rows.removed:,} removed, {changed}"
            f"{rows.unchanged:,} unchanged{self._by()}{on}"
        )

    def _by(self) -> str:
        if not self.key:
            return ""
        found = " (found)" * self.key_found
        return f", by key {', '.join(map(quoted, self.key))}{found}"

    def _changed_sentences(self) -> Iterator[str]:
        if not self.columns_changed or self.rows is None:
            return
        of = max(self.rows.changed, 1)
        parts = [
            f"{quoted(name)} in {'all' if rows >= of else _percent(rows / of)}"
            for name, rows in self.columns_changed[:MOST_LINES]
        ]
        more = len(self.columns_changed) - len(parts)
        yield f"changed rows differ in {', '.join(parts)}" + (f" and {more} more" if more else "")

    def _column_sentences(self) -> Iterator[str]:
        for verb, columns in (("added", self.added), ("removed", self.removed)):
            yield from _listed(
                [f"column {quoted(it.name)} {verb}{_typed(it.type)}" for it in columns],
                f"columns {verb}",
            )
        yield from _listed(
            [f"column {quoted(old)} renamed to {quoted(new)}" for old, new in self.renamed],
            "columns renamed",
        )
        yield from _listed(
            [
                f"column {quoted(name)} changed its type from {printable(old)} to {printable(new)}"
                for name, old, new in self.retyped
            ],
            "columns with another type",
        )
        if self.reordered:
            yield "the columns stand in another order"
        yield from _listed(
            [f"values changed in column {quoted(name)}" for name in self.values_changed],
            "columns with changed values",
        )
        rows = self.rows
        if rows is None or self.key or self.values_changed or not self._as_wide:
            return
        if rows.added == rows.removed > 0:
            yield "every column holds the same values as before, arranged in other rows"

    @property
    def _as_wide(self) -> bool:
        return not (self.added or self.removed or self.retyped)


def quoted(name: str) -> str:
    """A name as lines show it."""
    return f"`{printable(name)}`"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def _typed(name: str) -> str:
    return "" if name == "text" else f" ({printable(name)})"


def _listed(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… and {len(lines) - MOST_LINES:,} more {what}"


def change_json(change: TableChange) -> dict[str, Any]:
    """The change as JSON, with its ``sentences``."""
    rows = change.rows
    return {
        "same": change.same,
        "rows_before": change.rows_before,
        "rows_after": change.rows_after,
        "rows": None
        if rows is None
        else {
            "added": rows.added,
            "removed": rows.removed,
            "changed": rows.changed,
            "unchanged": rows.unchanged,
        },
        "not_compared": change.not_compared,
        "key": list(change.key),
        "key_found": change.key_found,
        "compared_on": None if change.compared_on is None else list(change.compared_on),
        "at_least": change.at_least,
        "columns_changed": [{"name": name, "rows": n} for name, n in change.columns_changed],
        "segments": [
            {
                "what": it.what,
                "column": it.column,
                "values": list(it.values),
                "rows": it.rows,
                "of": it.of,
                "base": it.base,
                "total": it.total,
            }
            for it in change.segments
        ],
        "drifts": [_drift_json(it) for it in change.drifts],
        "added": [{"name": it.name, "type": it.type} for it in change.added],
        "removed": [{"name": it.name, "type": it.type} for it in change.removed],
        "renamed": [list(names) for names in change.renamed],
        "retyped": [list(each) for each in change.retyped],
        "reordered": change.reordered,
        "values_changed": list(change.values_changed),
        "notes": list(change.notes),
        "sentences": list(change.sentences()),
    }


def _drift_json(drift: Drift) -> dict[str, Any]:
    return {
        "name": drift.name,
        "measures": dict(drift.measures),
        "large": drift.large,
        "mean": None if drift.mean is None else list(drift.mean),
        "values": [{"value": v, "before": a, "after": b} for v, a, b in drift.values],
        "empty": None if drift.empty is None else list(drift.empty),
    }
