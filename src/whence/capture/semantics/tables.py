"""Which tables a frame came from or went into: what readers call a database is made of tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from whence.capture.agent.reports import Telling
from whence.capture.semantics.addresses import is_database, public_uri
from whence.capture.semantics.sql import understand_statement


def name_tables(told: Sequence[Telling]) -> list[Telling]:
    """Tellings in which a database that was read or written gives way to its tables.

    A reader sends its statement before it tells what it has read: the latest statement of its
    process that the same kind of database answered is the one.
    """
    if not any(each.event == "query" for each in told):
        return list(told)
    latest: dict[tuple[int, str, bool], Telling] = {}
    statements: dict[tuple[int, object], Telling] = {}
    named: list[Telling] = []
    for each in told:
        if each.event == "query":
            _note(each, statements, latest)
        if each.event in {"read", "write"} and is_database(str(each.fields.get("location") or "")):
            named += _by_table(each, latest)
        else:
            named.append(each)
    return named


def _note(
    told: Telling,
    statements: dict[tuple[int, object], Telling],
    latest: dict[tuple[int, str, bool], Telling],
) -> None:
    """Keep the latest statement that reads, and the latest that writes."""
    fields = told.fields
    key = (told.pid, fields.get("q"))
    sent = told if fields.get("statement") else statements.get(key)
    if sent is None or not isinstance(fields.get("database"), str):
        return
    statements[key] = sent
    found = understand_statement(str(sent.fields["statement"]), str(fields.get("dialect")))
    scheme = _scheme(fields["database"])
    for wrote, tables in ((False, found.reads), (True, found.writes)):
        if tables:
            latest[told.pid, scheme, wrote] = sent


def _by_table(told: Telling, latest: Mapping[tuple[int, str, bool], Telling]) -> Iterator[Telling]:
    wrote = told.event == "write"
    sent = latest.get((told.pid, _scheme(told.fields["location"]), wrote))
    if sent is None:
        yield told
        return
    fields = sent.fields
    found = understand_statement(str(fields["statement"]), str(fields["dialect"]))
    for table in found.writes if wrote else found.reads:
        place = f"{public_uri(fields['database'])}#{table}"
        yield replace(told, fields={**told.fields, "location": place})


def _scheme(location: str) -> str:
    return public_uri(location).partition(":")[0]
