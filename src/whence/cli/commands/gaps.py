"""Show how much is known of where a thing came from, what is not, and who could tell.

A score says how much is known, layer by layer, and by what: observed, declared, imported,
inferred. Below it stand the cheapest ways to raise it, each with what it would bring. Above it
stand warnings where a model was trained on what it was measured on.
"""

import argparse

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.gaps import render_gaps
from whence.cli.verb import add_json
from whence.homecoming.sketches import find_sketch
from whence.query.gaps import gaps_json

SUMMARY = "show what is not known about a thing's origin"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", default="last", help="default: last")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print warnings, score and gaps."""
    with asking(console) as (workspace, reader):
        root = find(workspace, reader, args.ref, console)
        told = gaps_json(reader, root, find_sketch(workspace))
    if args.json:
        console.print_json(told)
    else:
        console.print(render_gaps(told, width=console.width, styled=console.styled))
    return 0
