"""List the recorded runs, latest first."""

import argparse

from whence.cli.asking import asking
from whence.cli.console import Console
from whence.cli.render.runs import render_runs
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.homecoming.ongoing import runs_in_short
from whence.homecoming.spool import refusals
from whence.model.run import RunState
from whence.query.history import runs

SUMMARY = "list the recorded runs, latest first"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "-n", "--limit", type=int, default=20, help="how many (default 20); parts do not count"
    )
    parser.add_argument("--job", help="only runs of this job")
    parser.add_argument(
        "--state", choices=[each.value for each in RunState], help="only runs in this state"
    )
    parser.add_argument(
        "--replays", action="store_true", help="also runs that `whence reproduce` did again"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the list."""
    if args.limit < 1:
        raise UsageError(f"--limit {args.limit}: at least 1 run is needed")
    with asking(console) as (workspace, reader):
        if notice := refusals(workspace):
            console.say(f"whence: {notice}")
        found = runs_in_short(workspace, job=args.job, state=args.state)[: args.limit]
        left = args.limit - len(found)
        if left:
            found += runs(reader, limit=left, job=args.job, state=args.state, replays=args.replays)
    if args.json:
        console.print_json({"runs": found})
    else:
        console.print(render_runs(found, width=console.width, styled=console.styled))
    return 0
