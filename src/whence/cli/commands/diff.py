"""Say why two things differ: two runs, two files, two versions of a model or of a system.

What most probably matters comes first, each row with what speaks for it: whether changed lines
ran, whether a setting reached a library, who imports a package, what changed in a table. Where the
two were not measured alike, that is said before. Below, what differs is told layer by layer: data,
code, parameters, environment, metrics, outputs. What follows from something else is told as its
consequence.

Of tables it says which rows were added, removed and changed, in which columns and where they lie,
and which columns moved as a whole. Rows are told apart by a key, columns that no two rows share;
whence looks for one when a run ends, and says which it found. `--key` names another, for which
the tables' bytes have to be at hand: where they were, or among the kept objects.

Two versions of a system are compared part by part, and by how these are joined.
"""

import argparse
from typing import Any

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.diff import render_diff
from whence.cli.render.systems import render_parts_diff
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.homecoming.comparing import TableComparison, find_text
from whence.query.diff import diff, difference_json
from whence.query.systems import compare_systems, is_system

SUMMARY = "say why two things differ"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("a", metavar="A", help="a REF: the one before")
    parser.add_argument("b", metavar="B", help="a REF: the one after")
    parser.add_argument(
        "--key",
        metavar="COLUMN[,COLUMN]",
        default="",
        help="the columns that identify the rows of tables",
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the difference."""
    key = [name for name in args.key.split(",") if name]
    with asking(console) as (workspace, reader):
        tables = TableComparison(workspace, key)
        a, b = (find(workspace, reader, text, console) for text in (args.a, args.b))
        if is_system(reader, a) and is_system(reader, b):
            return _systems(compare_systems(reader, a, b), args, console)
        difference = diff(reader, a, b, text_of=find_text(workspace), tables=tables)
    if key and not tables.keyed:
        raise UsageError(
            f"no table that differs has the column{'s' * (len(key) > 1)} {', '.join(key)}",
            hint="`whence show FILE` lists the columns of a table",
        )
    if args.json:
        console.print_json(difference_json(difference))
    else:
        console.print(
            render_diff(difference, console.width, console.styled, encoding=console.out.encoding)
        )
    return 0


def _systems(told: dict[str, Any], args: argparse.Namespace, console: Console) -> int:
    """Two versions of a system are told part by part."""
    if args.json:
        console.print_json(told)
    else:
        console.print(render_parts_diff(told, width=console.width, styled=console.styled))
    return 0
