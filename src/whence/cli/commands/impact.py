"""Show what a thing led to: every run, file, model, version and deployment that depends on it.

--live answers the question of the day when data turns out to be bad: which deployments that serve
now have learned from it?

    whence impact data/raw/flights.csv --live
"""

import argparse

from whence.cli import lineageverb
from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.deployments import render_deployments
from whence.errors import UsageError
from whence.query.deployments import deployments_json, reached_deployments
from whence.store.interface import Direction

SUMMARY = "show what depends on a thing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    lineageverb.configure(parser)
    parser.add_argument(
        "--live", action="store_true", help="only the deployments of it that serve now"
    )


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the answer."""
    if not args.live:
        return lineageverb.execute(args, console, Direction.EFFECTS)
    if args.format not in {"tree", "json"}:
        raise UsageError(f"--live and --format {args.format} do not go together")
    with asking(console) as (workspace, reader):
        handle = find(workspace, reader, args.ref, console)
        told = deployments_json(reached_deployments(reader, handle), live=True)
    if args.format == "json":
        console.print_json(told)
    elif told["deployments"]:
        console.print(render_deployments(told, width=console.width, styled=console.styled))
    else:
        console.print("nothing that serves now comes from it")
    return 0
