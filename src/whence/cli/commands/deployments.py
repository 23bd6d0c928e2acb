"""List what serves where, and what did, latest first.

whence deployments --live
whence deployments --env production-eu --as-of 2026-03-03T14:05Z
"""

import argparse

from whence.cli.asking import asking
from whence.cli.console import Console
from whence.cli.render.deployments import render_deployments
from whence.cli.verb import add_json
from whence.model.moment import read_moment
from whence.query.deployments import all_deployments, deployments_json

SUMMARY = "list what serves where"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--live", action="store_true", help="only what is live")
    parser.add_argument("--env", metavar="ENV", help="only this environment")
    parser.add_argument("--as-of", metavar="TIME", help="what was then, such as 2026-03-03T14:05Z")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the list."""
    at = None if args.as_of is None else read_moment(args.as_of)
    with asking(console) as (_, reader):
        told = deployments_json(
            all_deployments(reader), live=args.live, environment=args.env, at=at
        )
    if args.json:
        console.print_json(told)
    else:
        console.print(render_deployments(told, width=console.width, styled=console.styled))
    return 0
