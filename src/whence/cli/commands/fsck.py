"""Check that the record is what was written: every entry, every hash, every row of the graph.

Exit status 1, with the first bad entry named, when anything was changed. --rebuild makes the graph
anew from the ledger first.
"""

import argparse

from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.store.check import check
from whence.workspace import open_workspace

SUMMARY = "check that the record is as it was written"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--rebuild", action="store_true", help="make the graph anew from the ledger first"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Check, and tell."""
    workspace = open_workspace()
    try:
        if args.rebuild:
            workspace.store.rebuild()
        report = check(workspace.store)
    finally:
        workspace.close()
    if args.json:
        console.print_json(report.as_json())
    else:
        for line in report.sentences():
            console.print(printable(line))
    return 0 if report.ok else 1
