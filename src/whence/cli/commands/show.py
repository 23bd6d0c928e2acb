"""Show all that is known of one thing: a run, a file, a model version, a job, an actor.

Of a model it is told how often models of its line were measured on the same data before: a figure
that is the best of many on one test set is no longer a test.
"""

import argparse

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.account import render_account
from whence.cli.verb import add_json
from whence.homecoming.ongoing import describe_ongoing, find_ongoing
from whence.query.account import describe
from whence.query.evaluations import evaluations_json

SUMMARY = "show all that is known of one thing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", default="last", help="default: last")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the account."""
    with asking(console) as (workspace, reader):
        ongoing = find_ongoing(workspace, args.ref)
        if ongoing is not None:
            told = describe_ongoing(ongoing)
        else:
            handle = find(workspace, reader, args.ref, console)
            told = describe(reader, handle)
            figures = evaluations_json(reader, handle)
            if figures:
                told["evaluations"] = figures
    if args.json:
        console.print_json(told)
    else:
        console.print(render_account(told, width=console.width, styled=console.styled))
    return 0
