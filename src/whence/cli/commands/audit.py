"""Read a server's audit log: denied tries, sign-ins, changes of roles, reads of what is protected.

The log can only grow: each event is an entry in a ledger of its own, which `whence fsck` verifies.
Auditors and admins of all projects read it. --protect lets every read of a project be written down
from now on: who, what, when, from where.

It works on the served folder where it is run, or on a server with --server.

    whence audit
    whence audit --limit 500 --server https://whence.example.org
    whence audit --protect churn
"""

import argparse
from typing import Any

from whence.cli.administering import SHARED_WORD, add_server, office
from whence.cli.console import Console
from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.verb import add_json

SUMMARY = "read who did, read and was denied what on a server"
_COLUMNS = (
    Column("when"),
    Column("event"),
    Column("who", fit=Fit.MIDDLE),
    Column("from"),
    Column("what", fit=Fit.END, least=30),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--limit", type=int, default=50, help="how many events (default 50)")
    parser.add_argument("--before", type=int, metavar="PLACE", help="only those before this one")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--protect", metavar="PROJECT", help="write down every read of a project")
    one.add_argument("--unprotect", metavar="PROJECT", help="no more")
    add_server(parser)
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the log, or change of what it tells."""
    named = args.protect or args.unprotect
    with office(args) as desk:
        if named:
            project = "" if named == SHARED_WORD else named
            desk.protect(project, on=args.protect is not None)
            protected = desk.protected()
            if args.json:
                console.print_json({"protected": protected})
            else:
                listed = ", ".join(each or "the shared project" for each in protected) or "none"
                console.print(f"every read is written down of: {listed}")
            return 0
        told = desk.audit(max(1, min(args.limit, 1_000)), args.before)
    if args.json:
        console.print_json(told)
    elif not told["events"]:
        console.print("nothing has happened yet")
    else:
        rows = [_row(each) for each in told["events"]]
        paint = painter(styled=console.styled)
        console.print(render_table(_COLUMNS, rows, width=console.width, paint=paint))
        first = told["events"][-1]["place"]
        if first:
            console.say(f"whence: {first} events before these; `--before {first}` goes on")
    return 0


def _row(each: dict[str, Any]) -> tuple[str, str, str, str, str]:
    when = each["time"][:19].replace("T", " ")
    return when, each["event"], each["who"], each["address"] or "here", _what(each)


def _what(each: dict[str, Any]) -> str:
    detail = each["detail"]
    route = each["route"]
    match each["event"]:
        case "denied":
            return f"{detail.get('status')} {route}: {detail.get('reason')}"
        case "read":
            projects = ", ".join(detail.get("projects", ()))
            return f"{detail.get('count')} of {projects} by {route}: {' '.join(detail['ids'])}"
        case _:
            told = " ".join(f"{name}={value}" for name, value in detail.items() if value != "")
            return told or route
