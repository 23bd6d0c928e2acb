"""Finding receipts: those of today among the lines, older ones by day in the files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whence.errors import NotFoundError, StoreError
from whence.receipts.filing import places
from whence.receipts.receipt import PREFIX, Receipt, earliest_id, is_receipt_id, make_receipt
from whence.receipts.spool import read_lines, segments


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which receipts are asked for; what is empty does not matter."""

    model: str = ""
    """As the serving code calls it, or by the name of its version."""
    environment: str = ""
    request: str = ""
    since: str = ""
    """RFC 3339 in UTC; this moment is among them."""
    until: str = ""
    """RFC 3339 in UTC; this moment is not."""
    inputs: frozenset[str] = frozenset()
    """Digests, one of which the input has."""

    def takes(self, receipt: Receipt) -> bool:
        """Whether a receipt is asked for."""
        return (
            (not self.model or self.model in {receipt.model, receipt.version_name})
            and (
                not self.environment
                or self.environment in {receipt.environment, receipt.deployment}
            )
            and (not self.request or self.request == receipt.request)
            and (not self.since or receipt.at >= self.since)
            and (not self.until or receipt.at < self.until)
            and (not self.inputs or receipt.input in self.inputs)
        )

    def may_be_on(self, day: str) -> bool:
        """Whether a day may have some."""
        return (not self.since or day >= self.since[:10]) and (
            not self.until or day <= self.until[:10]
        )


def find_receipt(folders: Iterable[Path], text: str) -> Receipt:
    """The receipt of an id.

    Raises:
        NotFoundError: it is none, or in none of the folders.
        StoreError: a file cannot be read.
    """
    if not is_receipt_id(text):
        raise NotFoundError(
            f"{text!r} is no receipt", hint=f"one is {PREFIX} and 32 hexadecimal characters"
        )
    folders = list(folders)
    wanted = Receipt(text, "")
    for folder in folders:
        for path in segments(folder):
            for receipt in read_lines(path):
                if receipt.id == text:
                    return receipt
        its = [place for day, _, place in places(folder) if day == wanted.day]
        found = next(_filed(its, "id = ?", [text], only=text), None)
        if found is not None:
            return found
    looked = ", ".join(map(str, folders)) or "nowhere"
    raise NotFoundError(
        f"there is no receipt {text}; it would be of {wanted.at}",
        hint=f"looked in {looked}; --receipts FOLDER names another",
    )


def list_receipts(folders: Iterable[Path], wanted: Wanted, limit: int) -> list[Receipt]:
    """Receipts, latest first.

    Raises:
        StoreError: a file cannot be read.
    """
    found: dict[str, Receipt] = {}
    days: dict[str, list[Path]] = {}
    for folder in folders:
        for path in segments(folder):
            found |= {each.id: each for each in read_lines(path) if wanted.takes(each)}
        for day, _, place in places(folder):
            days.setdefault(day, []).append(place)
    clause, values = _clause(wanted)
    for day in sorted(days, reverse=True):
        if len([each for each in found.values() if each.day > day]) >= limit:
            break
        if wanted.may_be_on(day):
            rows = _filed(days[day], clause, values, limit=limit)
            found |= {each.id: each for each in rows if wanted.takes(each)}
    return sorted(found.values(), key=lambda each: each.id, reverse=True)[:limit]


def _clause(wanted: Wanted) -> tuple[str, list[Any]]:
    """What a query can say of it; ``Wanted.takes`` has the last word."""
    told: list[tuple[str, list[Any]]] = [("true", [])]
    if wanted.model:
        told.append(("? IN (model, version_name)", [wanted.model]))
    if wanted.environment:
        told.append(("? IN (environment, deployment)", [wanted.environment]))
    if wanted.request:
        told.append(("request = ?", [wanted.request]))
    if wanted.since:
        told.append(("id >= ?", [earliest_id(wanted.since)]))
    if wanted.until:
        told.append(("id < ?", [earliest_id(wanted.until)]))
    if wanted.inputs:
        marks = ",".join("?" * len(wanted.inputs))
        told.append((f"input IN ({marks})", sorted(wanted.inputs)))
    return " AND ".join(text for text, _ in told), [each for _, more in told for each in more]


def _filed(
    folders: list[Path], clause: str, values: list[Any], *, limit: int = 1, only: str = ""
) -> Iterator[Receipt]:
    """The receipts in folders of one day that a condition takes, latest first."""
    tables = [str(each) for folder in folders for each in folder.glob("*.parquet")]
    if tables:
        yield from _query(sorted(tables), clause, values, limit)
    for path in [each for folder in folders for each in folder.glob("*.jsonl")]:
        yield from (each for each in read_lines(path) if only in {"", each.id})


def _query(tables: list[str], clause: str, values: list[Any], limit: int) -> Iterator[Receipt]:
    import duckdb  # noqa: PLC0415  100 ms, and only for those who look at old receipts

    source = "read_parquet(?, union_by_name=true, hive_partitioning=false)"
    latest = f"ORDER BY id DESC LIMIT {int(limit)}"
    statement = f"SELECT * FROM {source} WHERE {clause} {latest}"  # noqa: S608  our own words
    try:
        with duckdb.connect() as connection:
            asked = connection.execute(statement, [tables, *values])
            names = [each[0] for each in asked.description]
            rows = asked.fetchall()
    except duckdb.Error as error:
        raise StoreError(
            f"receipts in {Path(tables[0]).parent} cannot be read: {str(error).splitlines()[0]}",
            hint="move the file that it names out of the folder",
        ) from error
    for row in rows:
        receipt = make_receipt(dict(zip(names, row, strict=True)))
        if receipt is not None:
            yield receipt
