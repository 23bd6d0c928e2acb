"""What a run read from and wrote to databases: their tables, by the statements it sent.

A table is called ``postgresql://host:port/database#schema.table``. Its content is not known, but
the rows that came of a statement may be: the same statement with the same rows means the same
state of the table, as far as the run looked.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.addresses import public_uri
from whence.capture.semantics.sql import Statement, understand_statement
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen

MOST = 200
"""How many different statements a record has of one run."""

MOST_OF_TABLE = 20
"""How many of them it has with each table."""

_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class QueriesSeen:
    """What was sent to databases."""

    used: tuple[FileSeen, ...] = ()
    generated: tuple[FileSeen, ...] = ()
    local: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Path of a database that is a file → the facet ``query`` that belongs to it."""
    queries: Mapping[str, Any] = field(default_factory=dict)
    """The facet of the run."""
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class _Query:
    """One statement, with all that came of it."""

    dialect: str
    database: str
    statement: str
    facts: dict[str, Any] = field(default_factory=dict)
    times: int = 1


@dataclass(slots=True)
class _Table:
    """What happened to one table."""

    database: str
    name: str
    reads: list[dict[str, Any]] = field(default_factory=list)
    writes: list[dict[str, Any]] = field(default_factory=list)
    made: bool = False
    """Whether its content is the run's own from some statement on."""
    columns: dict[str, None] = field(default_factory=dict)


def read_queries(told: Sequence[Telling]) -> QueriesSeen:
    """Everything that was sent to databases."""
    queries = _gather(told)
    tables: dict[tuple[str, str], _Table] = {}
    temporary: set[tuple[str, str]] = set()
    shown: dict[str, list[dict[str, Any]]] = {}
    gaps = []
    for query in queries:
        understood = understand_statement(query.statement, query.dialect)
        if not (understood.reads or understood.writes or understood.makes):
            continue  # it asked the database about itself, or for the time
        said = _said(query, understood)
        shown.setdefault(query.database, []).append(said)
        temporary |= {(query.database, name) for name in understood.temporary}
        _note(tables, query, understood, said)
        if not understood.parsed:
            gaps.append(
                Gap(
                    "table-unknown",
                    query.database,
                    f"a statement could not be parsed: {understood.text[:80]}",
                )
            )
    kept = [table for key, table in tables.items() if key not in temporary]
    remote = [table for table in kept if not _is_file(table.database)]
    return QueriesSeen(
        used=tuple(_seen(table, "input") for table in remote if table.reads),
        generated=tuple(_seen(table, "output") for table in remote if table.writes),
        local={
            place: {"queries": said[:MOST_OF_TABLE], "told": len(said)}
            for place, said in shown.items()
            if _is_file(place)
        },
        queries=_facet(shown),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _gather(told: Sequence[Telling]) -> list[_Query]:
    """Statements in their order; the same with the same rows is one."""
    by_number: dict[tuple[int, Any], _Query] = {}
    for each in told:
        fields = each.fields
        if each.event != "query" or not _is_whole(fields):
            continue
        key = (each.pid, fields.get("q"))
        known = by_number.get(key) if fields.get("q") is not None else None
        facts = {
            name: value
            for name, value in fields.items()
            if name not in {"event", "dialect", "statement", "database", "q"} and value is not None
        }
        if known is None:
            place = fields["database"]
            place = place if _is_file(place) else public_uri(place)
            made = _Query(fields["dialect"], place, fields["statement"], facts)
            by_number[key if key[1] is not None else (each.pid, object())] = made
        else:
            known.facts.update(facts)
    unique: dict[Any, _Query] = {}
    for query in by_number.values():
        result = (query.facts.get("sha256"), query.facts.get("rows"))
        writes = query.facts.get("columns") is None
        gist = (query.database, query.statement, None if writes else result)
        earlier = unique.setdefault(gist, query)
        if earlier is not query:
            earlier.times += 1
            if writes and isinstance(query.facts.get("rows"), int):
                earlier.facts["rows"] = earlier.facts.get("rows", 0) + query.facts["rows"]
    return list(unique.values())


def _is_whole(fields: Mapping[str, Any]) -> bool:
    return all(isinstance(fields.get(name), str) for name in ("dialect", "statement", "database"))


def _is_file(database: str) -> bool:
    return database.startswith("/")


def _said(query: _Query, understood: Statement) -> dict[str, Any]:
    """A statement as the record has it."""
    facts = query.facts
    said: dict[str, Any] = {"statement": understood.text}
    if understood.reads:
        said["reads"] = list(understood.reads)
    if understood.writes:
        said["writes"] = list(understood.writes)
    names = facts.get("columns")
    if isinstance(names, list) and names:
        said["columns"] = [str(each) for each in names[:_COLUMNS]]
    elif understood.columns:
        said["columns"] = list(dict.fromkeys(name for _, name in understood.columns))[:_COLUMNS]
    for name in ("rows", "sha256", "parameters_count"):
        if facts.get(name):
            said[name] = facts[name]
    if facts.get("partial"):
        said["partial"] = True
    times = max(query.times, int(facts.get("times") or 1))
    if times > 1:
        said["times"] = times
    return said


def _note(
    tables: dict[tuple[str, str], _Table],
    query: _Query,
    understood: Statement,
    said: dict[str, Any],
) -> None:
    """What a statement does to tables, in the order in which they were sent."""
    for name in understood.reads:
        table = _table(tables, query.database, name)
        if not table.made:
            table.reads.append(said)
            table.columns |= dict.fromkeys(_columns_of(name, query, understood))
    for name in understood.makes:
        table = _table(tables, query.database, name)
        table.made = True
    for name in understood.writes:
        _table(tables, query.database, name).writes.append(said)


def _table(tables: dict[tuple[str, str], _Table], database: str, name: str) -> _Table:
    return tables.setdefault((database, name), _Table(database, name))


def _columns_of(table: str, query: _Query, understood: Statement) -> Iterator[str]:
    yield from (name for place, name in understood.columns if place == table)
    names = query.facts.get("columns")
    if understood.everything and len(understood.reads) == 1 and isinstance(names, list):
        yield from map(str, names)


def _seen(table: _Table, role: str) -> FileSeen:
    name = f"{table.database}#{table.name}"
    said = table.reads if role == "input" else table.writes
    state = _state(said) if role == "input" else ""
    remote: dict[str, Any] = {"service": table.database.partition(":")[0]}
    if state:
        remote["version"] = state
    query: dict[str, Any] = {"queries": said[:MOST_OF_TABLE], "told": len(said)}
    if table.columns and role == "input":
        query["columns"] = list(table.columns)[:_COLUMNS]
    gap = None
    if not state:
        gap = Gap(
            "content-unknown",
            name,
            "not all rows of its answers were fetched, or they were too many to hash on the way"
            if role == "input"
            else "which rows it holds now was not seen",
            "export the table to a file, and read that",
        )
    return FileSeen(
        name=name,
        location=name,
        kind=NodeKind.DATASET,
        role=role,
        sha256=None,
        gap=gap,
        facets={"remote": remote, "query": query},
    )


def _state(said: Sequence[Mapping[str, Any]]) -> str:
    """What tells one state of a table from another: statements with the digests of their rows."""
    if not said or any("sha256" not in each for each in said):
        return ""
    told = "\0".join(sorted(f"{each['statement']}\n{each['sha256']}" for each in said))
    return "rows:" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _facet(shown: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    told = [{"database": database, **said} for database, all_of in shown.items() for said in all_of]
    return {"queries": told[:MOST], "told": len(told)} if told else {}
