"""What changed between two versions of a table: their fingerprints, or the files themselves."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from whence.errors import TableError
from whence.rows.change import RowChange, TableChange
from whence.rows.drift import find_drifts
from whence.rows.engine import connect
from whence.rows.fingerprint import Column, Print, TableFingerprint, fingerprint
from whence.rows.format import TableFormat
from whence.rows.joining import Join, Joined
from whence.rows.opening import DEFAULT_LIMITS, Limits
from whence.rows.segments import Segment, find_segment, most_telling

COLUMNS_DIFFER = "the columns differ, no key is known, and the bytes of one are not at hand"
KEYS_DIFFER = "their rows are known by different keys, and the bytes of one are not at hand"
ALGORITHMS_DIFFER = (
    "their rows were hashed in different ways, and the bytes of the older hash's are not at hand"
)
NO_COMMON_COLUMN = "the two have no column in common"


def compare(before: Print, after: Print, limits: Limits = DEFAULT_LIMITS) -> TableChange:
    """What changed between two fingerprints.

    Rows are paired by their key where both were taken with the same one, else compared whole.
    Where columns came or went, paired rows are compared by the marks of those that both have.

    Raises:
        TableError: the prints are damaged, or need more memory than they may have.
    """
    a, b = before.head, after.head
    change = _compare_columns(a, b)
    differ = a.order() != b.order()
    if a.algorithm != b.algorithm or a.mark != b.mark:
        return replace(change, not_compared=ALGORITHMS_DIFFER)
    if a.key != b.key:
        return replace(change, not_compared=KEYS_DIFFER)
    if differ and not (a.key and min(a.marks.bits, b.marks.bits) > 0):
        return replace(change, not_compared=COLUMNS_DIFFER)
    joined = _join(before, after, limits)
    common = tuple(sorted({it.name for it in a.columns} & {it.name for it in b.columns}))
    return replace(
        _with_rows(change, before.head, after.head, joined),
        compared_on=common if differ else None,
        at_least=differ,
    )


def compare_files(
    before: str | os.PathLike[str],
    after: str | os.PathLike[str],
    *,
    key: Sequence[str] = (),
    formats: tuple[TableFormat | None, TableFormat | None] = (None, None),
    limits: Limits = DEFAULT_LIMITS,
) -> TableChange:
    """What changed between two tables at hand.

    Where the columns differ, rows are compared on those that both have, renamed ones included.

    Args:
        before: The older table.
        after: The newer one.
        key: The columns that identify rows; none: they are found in the older one.
        formats: How each is written; ``None`` means to find it out.
        limits: What either may cost.

    Raises:
        TableError: as ``fingerprint`` does, for either file.
    """
    secret = secrets.token_bytes(32)
    with _private_folder() as folder:

        def take(side: int, key: Sequence[str], known_as: dict[str, str] | None = None) -> Print:
            prints = folder / f"{side}.prints"
            path = (before, after)[side]
            head = fingerprint(
                path,
                prints,
                secret=secret,
                key=key,
                known_as=known_as,
                format=formats[side],
                limits=limits,
            )
            return Print(head, prints)

        older = take(0, key)
        newer = take(1, key)
        if newer.head.key != older.head.key and set(older.head.key) <= set(newer.head.order()):
            newer = take(1, older.head.key)
        change = _compare_columns(older.head, newer.head)
        pairs = _pairs(change, older.head, newer.head)
        if len(pairs) == len(older.head.columns) == len(newer.head.columns):
            compared = None
            if change.renamed:
                newer = take(1, older.head.key, {new: old for old, new in pairs})
        elif not pairs:
            return replace(change, not_compared=NO_COMMON_COLUMN)
        else:
            compared = tuple(old for old, _ in pairs)
            shared = [name for name in older.head.key if name in compared]
            joint = older.head.key if shared == list(older.head.key) else ()
            older = take(0, joint, {old: old for old in compared})
            newer = take(1, older.head.key, {new: old for old, new in pairs})
        if older.head.key != newer.head.key:
            older = take(0, newer.head.key, None if compared is None else {x: x for x in compared})
        found = _with_rows(change, older.head, newer.head, _join(older, newer, limits))
    return replace(found, compared_on=compared, key_found=not key)


@contextmanager
def _private_folder() -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix="whence-rows-"))
    except OSError as error:
        raise TableError(
            f"no folder for temporary files: {error.strerror}",
            hint="set TMPDIR to a folder that can be written",
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _join(before: Print, after: Print, limits: Limits) -> Joined:
    import duckdb  # noqa: PLC0415  80 ms that only a table should cost

    with ExitStack() as stack:
        folder = stack.enter_context(_private_folder())
        try:
            connection = stack.enter_context(connect(folder, limits, {before.prints, after.prints}))
            return Join(connection, before, after).run()
        except duckdb.OutOfMemoryException as error:
            raise TableError(
                f"comparing two tables needs more than {limits.memory_mb} MB of memory",
                hint="their digests still tell that they differ",
            ) from error
        except duckdb.Error as error:
            raise TableError(
                "a table's fingerprint is damaged", hint="delete it; the next run keeps a new one"
            ) from error


def _pairs(change: TableChange, a: TableFingerprint, b: TableFingerprint) -> list[tuple[str, str]]:
    """(old name, new name) of the columns that both have, renamed ones included, by old name."""
    kept = {it.name for it in a.columns} & {it.name for it in b.columns}
    return sorted([*((name, name) for name in kept), *change.renamed])


def _with_rows(
    change: TableChange, a: TableFingerprint, b: TableFingerprint, joined: Joined
) -> TableChange:
    counts = joined.counts
    rows = RowChange(
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        unchanged=a.row_count - counts["removed"] - counts["changed"],
    )
    return replace(
        change,
        rows=rows,
        key=a.key,
        key_found=a.found and b.found,
        columns_changed=_columns_changed(joined),
        values_changed=() if a.key else change.values_changed,
        segments=_segments(a, b, joined),
    )


def _columns_changed(joined: Joined) -> tuple[tuple[str, int], ...]:
    """Rows per column, grown by the share of changes that so few bits do not show."""
    changed = joined.counts["changed"]
    if not joined.paired:
        return ()
    seen = 1 - 2.0**-joined.bits
    grown = [
        (name, min(changed, max(1, round(rows / seen * changed / joined.paired))))
        for name, rows in joined.columns
    ]
    return tuple(sorted(grown, key=lambda it: (-it[1], it[0])))


def _segments(a: TableFingerprint, b: TableFingerprint, joined: Joined) -> tuple[Segment, ...]:
    names: dict[str, dict[int, str]] = {}
    for head in (a, b):
        for column, values in zip(head.segments, head.values, strict=True):
            names.setdefault(column, {}).update(values)
    found = []
    for what, by_column in joined.moved.items():
        base = joined.bases[what == "added"]
        for column, moved in by_column.items():
            found.append(find_segment(what, column, moved, base[column], names[column]))
    return most_telling(it for it in found if it is not None)


def _compare_columns(before: TableFingerprint, after: TableFingerprint) -> TableChange:
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    gone = [column for column in before.columns if column.name not in new]
    come = [column for column in after.columns if column.name not in old]
    renamed = _find_renamed(before, after)
    both = [(it, new[it.name]) for it in before.columns if it.name in new]
    kept = [it.name for it in after.columns if it.name in old]
    families = before.kind.family == after.kind.family
    whole = before.row_count == after.row_count and before.part == after.part == 1
    hashed_alike = (before.algorithm, before.mark) == (after.algorithm, after.mark)
    return TableChange(
        rows_before=before.row_count,
        rows_after=after.row_count,
        rows=None,
        drifts=find_drifts(
            [
                (a.name, a.profile, b.profile)
                for a, b in both
                if a.name not in {*before.key, *after.key}
            ]
        ),
        added=tuple(it for it in come if it.name not in {name for _, name in renamed}),
        removed=tuple(it for it in gone if it.name not in {name for name, _ in renamed}),
        renamed=renamed,
        retyped=tuple((a.name, a.type, b.type) for a, b in both if families and a.type != b.type),
        reordered=[a.name for a, _ in both] != kept,
        values_changed=tuple(
            a.name
            for a, b in both
            if whole and hashed_alike and a.type == b.type and a.profile.check != b.profile.check
        ),
        notes=(
            *(f"the older version: {note}" for note in before.notes),
            *(f"the newer version: {note}" for note in after.notes),
        ),
    )


def _find_renamed(before: TableFingerprint, after: TableFingerprint) -> tuple[tuple[str, str], ...]:
    """Columns that kept type and values and changed their name; none where two could be meant."""
    if before.row_count != after.row_count or not before.row_count:
        return ()
    if (before.algorithm, before.mark) != (after.algorithm, after.mark):
        return ()
    gone = _by_look(before.columns, {it.name for it in after.columns})
    come = _by_look(after.columns, {it.name for it in before.columns})
    return tuple(
        (names[0], come[look][0])
        for look, names in gone.items()
        if len(names) == len(come.get(look, ())) == 1
    )


def _by_look(
    columns: Sequence[Column], others: AbstractSet[str]
) -> dict[tuple[str, int, int], list[str]]:
    """The names of columns without a namesake among the others, by type and values."""
    names: dict[tuple[str, int, int], list[str]] = {}
    for it in columns:
        if it.name not in others:
            names.setdefault((it.type, it.profile.rows, it.profile.check), []).append(it.name)
    return names
