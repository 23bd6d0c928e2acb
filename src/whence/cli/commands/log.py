"""List the recorded runs, latest first."""

import argparse

from whence.cli.asking import asking
from whence.cli.console import Console
from whence.cli.render.runs import render_runs
from whence.cli.verb import add_json
from whence.model.run import RunState
from whence.query.history import runs

SUMMARY = "list the recorded runs, latest first"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("-n", "--limit", type=int, default=20, help="how many (default 20)")
    parser.add_argument("--job", help="only runs of this job")
    parser.add_argument(
        "--state", choices=[each.value for each in RunState], help="only runs in this state"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the list."""
    with asking(console) as (_, reader):
        found = runs(reader, limit=max(args.limit, 1), job=args.job, state=args.state)
    if args.json:
        console.print_json({"runs": found})
    else:
        console.print(render_runs(found, width=console.width, styled=console.styled))
    return 0
