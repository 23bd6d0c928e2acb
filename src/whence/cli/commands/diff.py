"""Say why two things differ: two runs, two files, two versions of a model.

What most probably matters comes first, each row with what speaks for it: whether changed lines
ran, whether a setting reached a library, who imports a package, what changed in a table. Where the
two were not measured alike, that is said before. Below, what differs is told layer by layer: data,
code, parameters, environment, metrics, outputs. What follows from something else is told as its
consequence.
"""

import argparse

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.diff import render_diff
from whence.cli.verb import add_json
from whence.homecoming.comparing import compare_tables, find_text
from whence.query.diff import diff, difference_json

SUMMARY = "say why two things differ"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("a", metavar="A", help="a REF: the one before")
    parser.add_argument("b", metavar="B", help="a REF: the one after")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the difference."""
    with asking(console) as (workspace, reader):
        difference = diff(
            reader,
            find(workspace, reader, args.a, console),
            find(workspace, reader, args.b, console),
            text_of=find_text(workspace),
            tables=compare_tables(workspace),
        )
    if args.json:
        console.print_json(difference_json(difference))
    else:
        console.print(
            render_diff(difference, console.width, console.styled, encoding=console.out.encoding)
        )
    return 0
