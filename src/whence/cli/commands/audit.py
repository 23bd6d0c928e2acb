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

from whence.cli.administering import SHARED_WORD, add_server, office, shown_roles
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
    match each["event"]:
        case "denied":
            return f"{detail['status']} {each['route']}: {detail['reason']}"
        case "read":
            where = ", ".join(map(_project, detail["projects"]))
            return f"{detail['count']} of {where} by {each['route']}: {' '.join(detail['ids'])}"
        case "protected":
            return f"{_project(detail['project'])}{'' if detail['on'] else ' no more'}"
        case "token-created" if detail["owner"]:
            return f"{detail['token']} for {detail['owner']}"
        case "token-revoked" | "token-created":
            return ": ".join(filter(None, (detail["token"], _roles(detail))))
        case "role-changed" if "project" in detail:
            role = detail["role"] or "nothing"
            return f"{detail['user']}: {shown_roles({detail['project']: role})}"
        case _:
            told = (detail.get("user", ""), _roles(detail))
            return ": ".join(filter(None, told)) or each["route"]


def _roles(detail: dict[str, Any]) -> str:
    return shown_roles(detail["roles"]) if detail.get("roles") else ""


def _project(name: str) -> str:
    return name or "the shared project"
