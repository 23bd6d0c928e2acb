"""Is everything as it was written? The ledger from its bytes up, then the graph against it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from whence.errors import StoreCorruptError
from whence.ledger.audit import AuditRow, audit
from whence.store.interface import Head, Reader, Store
from whence.store.schema import GRAPH_TABLE_NAMES, GRAPH_TABLES
from whence.store.sqlitedatabase import SqliteDatabase
from whence.store.sqlreader import SqlReader
from whence.store.sqlwriter import fill_graph


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check came to."""

    entries: int
    erased: int
    root: str
    findings: tuple[Fault, ...]
    """The first fault of each part; empty when all is well."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was written."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """The report as ``schemas/fsck-1.json`` has it."""
        return {
            "ok": self.ok,
            "entries": self.entries,
            "erased": self.erased,
            "root": self.root,
            "findings": [{"where": each.where, "what": each.what} for each in self.findings],
        }

    def sentences(self) -> list[str]:
        """The report in words."""
        if self.ok:
            erased = f", {self.erased} of them erased" if self.erased else ""
            kept = "1 entry" if self.entries == 1 else f"{self.entries:,} entries"
            return [
                f"{kept}{erased}: every hash holds, the graph follows from them.",
                f"root {self.root}",
            ]
        return [f"{each.where}: {each.what}" for each in self.findings]


def check(store: Store) -> CheckReport:
    """Check a whole store; nothing is changed.

    The ledger of any store; of one whose tables can be looked into, these as well.

    Raises:
        StoreError: the store cannot even be opened.
    """
    with store.reading() as reader:
        tables = reader if isinstance(reader, SqlReader) else None
        faults = [] if tables is None else tables.integrity_faults()
        findings = [Fault("the file", each) for each in faults]
        read = _Counted(reader)
        try:
            head = reader.head()
            report = audit(read.rows(), reader.tree_nodes(), head)
        except (sqlite3.DatabaseError, StoreCorruptError) as error:
            where = f"entry {read.count}"
            return CheckReport(read.count, 0, "", (Fault(where, f"cannot be read: {error}"),))
        if report.finding is not None:
            where, what = _split(str(report.finding))
            findings.insert(0, Fault(where, what))
        elif tables is not None:
            findings += _graph_faults(tables)
        return CheckReport(report.entries, report.erased, _root(head), tuple(findings))


class _Counted:
    """Entries on their way to the audit, counted, so that an unreadable one has a number."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.count = 0

    def rows(self) -> Iterator[AuditRow]:
        for row in self._reader.audit_rows():
            yield row
            self.count += 1


def _graph_faults(reader: SqlReader) -> Iterator[Fault]:
    """The first row of each table of the graph that does not follow from the ledger."""
    with closing(sqlite3.connect("", isolation_level=None)) as scratch:  # a temporary file
        scratch.executescript(GRAPH_TABLES)
        scratch.execute("BEGIN")
        database = SqliteDatabase(scratch)
        fill_graph(database, reader)
        wanted = SqlReader(database)
        for table in GRAPH_TABLE_NAMES:
            with (
                closing(reader.graph_rows(table)) as found,
                closing(wanted.graph_rows(table)) as right,
            ):
                yield from _first_difference(table, found, right)


def _first_difference(
    table: str, found: Iterator[tuple[object, ...]], right: Iterator[tuple[object, ...]]
) -> Iterator[Fault]:
    where, at = f"the graph's table {table}", 0
    mend = "`whence fsck --rebuild` makes the graph anew"
    try:
        for at, (has, should) in enumerate(zip_longest(found, right)):
            if has != should:
                yield Fault(where, f"row {at} is {has!r}, the ledger says {should!r}; {mend}")
                return
    except sqlite3.DatabaseError as error:
        yield Fault(where, f"a row after {at} cannot be read: {error}; {mend}")


def _split(sentence: str) -> tuple[str, str]:
    """``entry 3 has …`` as its subject and the rest."""
    words = sentence.split(" ")
    return " ".join(words[:2]), " ".join(words[2:])


def _root(head: Head) -> str:
    return head.root.hex()
