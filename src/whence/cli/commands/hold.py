"""Hold a thing: what it takes to make it again is never cleared away.

REF is a run, a file, or a version of a model or of a system. --release ends it; with no REF, all
that is held is listed.

    whence hold reports/q3.csv --reason 'audit until March'
    whence hold --release reports/q3.csv
"""

import argparse

from whence import __version__
from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.homecoming.surroundings import who
from whence.model.line import VERSION_KINDS
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.holding import held_json
from whence.recording.holding import Hold

SUMMARY = "never clear away what a thing comes from"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", help="a run, a file, or a version")
    parser.add_argument("--reason", metavar="TEXT", help="why, for whoever wonders later")
    parser.add_argument("--release", action="store_true", help="hold it no more")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Hold, release or list."""
    if args.ref is None and (args.reason or args.release):
        raise UsageError("there is no REF to hold or release", hint="`whence hold` lists all")
    if args.ref is not None and args.release == bool((args.reason or "").strip()):
        raise UsageError(
            "give either --reason TEXT or --release",
            hint=f"whence hold {args.ref} --reason 'why it must stay'",
        )
    with settled(console) as workspace:
        if args.ref is not None:
            with workspace.reading() as reader:
                handle = find(workspace, reader, args.ref, console)
                (node,) = reader.nodes([handle])
                told = account_for(reader, handle).said("hold")
            if not node.is_artifact and node.kind not in {NodeKind.RUN, *VERSION_KINDS}:
                raise UsageError(
                    f"a {node.kind.value.replace('_', ' ')} cannot be held",
                    hint="name a run, a file, or a version of a model",
                )
            if args.release and not told.get("held"):
                raise UsageError(f"{args.ref} is not held", hint="`whence hold` lists what is")
            reason = "" if args.release else args.reason.strip()
            hold = Hold(node.id, who(), f"whence-hold/{__version__}", reason)
            workspace.recorder.record([hold.compose])
        with workspace.reading() as reader:
            rows = held_json(reader)
    if args.json:
        console.print_json({"held": rows})
        return 0
    if args.release:
        console.print(printable(f"{args.ref} is held no more"))
        return 0
    shown = rows if args.ref is None else [row for row in rows if row["id"] == node.id]
    for each in shown:
        since = each["since"][:10]
        console.print(printable(f"{each['name']}  held by {each['by']}, {since}: {each['reason']}"))
    if not shown:
        console.print("nothing is held")
    return 0
