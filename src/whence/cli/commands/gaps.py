"""Show what is not known about where a thing came from, and who could tell."""

import argparse
from typing import Any

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.query.gaps import gaps_json

SUMMARY = "show what is not known about a thing's origin"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", default="last", help="default: last")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the gaps."""
    with asking(console) as (workspace, reader):
        told = gaps_json(reader, find(workspace, reader, args.ref, console))
    if args.json:
        console.print_json(told)
    else:
        console.print("\n".join(_lines(told)))
    return 0


def _lines(told: dict[str, Any]) -> list[str]:
    count, nodes = len(told["gaps"]), told["nodes"]
    if not count:
        return [f"No gaps among the {nodes} things this comes from, as far as was observed."]
    lines = [f"{count} gap{'s' * (count != 1)} among the {nodes} things this comes from:"]
    for kind, meaning in told["kinds"].items():
        lines += ["", f"{kind}: {meaning}"]
        for gap in told["gaps"]:
            if gap["kind"] == kind:
                lines.append(f"  ? {printable(gap['about'])}: {printable(gap['reason'])}")
                if gap["remedy"]:
                    lines.append(f"    to fill it: {printable(gap['remedy'])}")
    return lines
