"""Show all that is known of one thing: a run, a file, a model version, a job, an actor."""

import argparse

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.account import render_account
from whence.cli.verb import add_json
from whence.homecoming.ongoing import describe_ongoing, find_ongoing
from whence.query.account import describe

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
            told = describe(reader, find(workspace, reader, args.ref, console))
    if args.json:
        console.print_json(told)
    else:
        console.print(render_account(told, width=console.width, styled=console.styled))
    return 0
