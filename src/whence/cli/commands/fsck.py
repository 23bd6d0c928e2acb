"""Check that the record is what was written: every entry, every hash, every row of the graph.

Exit status 1, with the first bad entry named, when anything was changed. --rebuild makes the graph
anew from the ledger first. --objects reads every kept content as well: each that is damaged is
named, and each that is gone although records count on it. Of every ledger that was pushed here, its
root is computed again from what is kept. The signature of every approval has to hold, and what was
told by two stores to follow from what both told. The audit log of a folder that was served is
checked too.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from whence.cli.arrivals import read_arrivals
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.drawing.figures import counted, size_text
from whence.errors import InvalidRecordError
from whence.governance.signatures import MARK, broken_signatures
from whence.homecoming.progress import hashing
from whence.server.access.accessfile import FILE_NAME as ACCESS_FILE
from whence.server.access.accessfile import AccessFile
from whence.server.access.audit import AuditLog
from whence.store.check import CheckReport, Fault, check
from whence.store.objects.checking import check_objects
from whence.store.sealing import RETELLING, open_body
from whence.sync.receiving import Guest, verify_guests
from whence.sync.retelling import check_retelling
from whence.workspace import Workspace, open_workspace

SUMMARY = "check that the record is as it was written"

_RETELLING = f'"type":"{RETELLING}"'.encode()


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--rebuild", action="store_true", help="make the graph anew from the ledger first"
    )
    parser.add_argument("--objects", action="store_true", help="read every kept content as well")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Check, and tell."""
    workspace = open_workspace()
    try:
        if args.rebuild:
            workspace.store.rebuild()
        if unread := read_arrivals(workspace):
            console.say(f"whence: {unread}")
        report = check(workspace.store)
        if report.ok:
            report = replace(report, findings=tuple(_statement_faults(workspace)))
        contents = _check_objects(workspace) if args.objects else None
        guests = _check_guests(workspace) if report.ok else []
        events = _check_audit(workspace)
    finally:
        workspace.close()
    if args.json:
        objects = {} if contents is None else {"objects": contents}
        ledgers = {"ledgers": [asdict(each) for each in guests]} if guests else {}
        audit = {} if events is None else {"audit": events}
        is_well = _is_well(report, contents, guests, events)
        console.print_json(report.as_json() | objects | ledgers | audit | {"ok": is_well})
    else:
        told = (*_guest_sentences(guests), *_audit_sentences(events), *_sentences(contents))
        for line in (*report.sentences(), *told):
            console.print(printable(line))
    return 0 if _is_well(report, contents, guests, events) else 1


def _statement_faults(workspace: Workspace) -> Iterator[Fault]:
    """Records that are as they were written, and say what does not hold."""
    with workspace.reading() as reader:
        for row in reader.entries():
            is_retelling = _RETELLING in row.entry
            if row.body is None or not (is_retelling or MARK in row.body):
                continue
            record = open_body(row.body)
            assert record is not None
            told = list(broken_signatures(record))
            if is_retelling:
                try:
                    check_retelling(record)
                except InvalidRecordError as error:
                    told.append(error.message)
            yield from (Fault(f"entry {row.index}", each) for each in told)


def _check_audit(workspace: Workspace) -> dict[str, Any] | None:
    """What became of the audit log of a folder that was served; ``None`` where there is none."""
    if not (workspace.folder / ACCESS_FILE).exists():
        return None
    file = AccessFile(workspace.folder)
    try:
        report = AuditLog(file).verify()
    finally:
        file.close()
    finding = "" if report.finding is None else str(report.finding)
    return {"events": report.entries, "finding": finding.replace("entry", "event")}


def _audit_sentences(events: dict[str, Any] | None) -> Iterator[str]:
    if events is not None and events["finding"]:
        yield f"the audit log: {events['finding']}"
    elif events is not None and events["events"]:
        yield f"the audit log: {counted(events['events'], 'event', 'events')}, every hash holds."


def _check_guests(workspace: Workspace) -> list[Guest]:
    """Ledgers that were pushed here, each with what became of computing its root again."""
    with workspace.reading() as reader:
        return list(verify_guests(reader))


def _guest_sentences(guests: Sequence[Guest]) -> Iterator[str]:
    for each in guests:
        if each.fault:
            yield f"the ledger {each.ledger[:12]} that was pushed here: {each.fault}"
    if guests and not any(each.fault for each in guests):
        told = counted(len(guests), "ledger that was", "ledgers that were")
        yield f"{told} pushed here: every root follows from what is kept."


def _check_objects(workspace: Workspace) -> dict[str, Any]:
    """What became of the kept contents, with the names that the record has for them."""
    with hashing() as progress:
        report = check_objects(
            workspace.objects, lambda done: progress(done, done) if progress else None
        )
    with workspace.reading() as reader:
        findings = []
        for fault in report.faults:
            handles = reader.with_digest(fault.sha256) if fault.sha256 else []
            names = list(dict.fromkeys(node.name for node in reader.nodes(handles)))
            told = {"where": fault.where, "what": fault.what, "sha256": fault.sha256}
            findings.append({**told, "names": names})
    return {"contents": report.contents, "bytes": report.bytes, "findings": findings}


def _is_well(
    report: CheckReport,
    contents: dict[str, Any] | None,
    guests: Sequence[Guest],
    events: dict[str, Any] | None,
) -> bool:
    if any(each.fault for each in guests) or (events and events["finding"]):
        return False
    return report.ok and not (contents and contents["findings"])


def _sentences(contents: dict[str, Any] | None) -> Iterator[str]:
    if contents is None:
        return
    for each in contents["findings"]:
        names = f" ({', '.join(each['names'][:3])})" if each["names"] else ""
        yield f"{each['where']} {each['what']}{names}"
    if not contents["findings"]:
        kept = counted(contents["contents"], "content", "contents")
        yield f"{kept} kept, {size_text(contents['bytes'])} on disk: each is what it was."
