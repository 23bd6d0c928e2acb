"""What ``trace`` and ``impact`` share: one question, asked in two directions."""

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from whence.cli.asking import asking, find_column
from whence.cli.asof import add_as_of, looking_back
from whence.cli.console import Console
from whence.cli.predictions import find_prediction, names_prediction
from whence.cli.render.columns import render_columns
from whence.cli.render.receipts import receipt_line
from whence.cli.render.tree import render_tree
from whence.errors import UsageError
from whence.query.columns import MOST, ColumnLineage, columns_json, read_columns
from whence.query.lineage import DEFAULT_LIMIT, Lineage, lineage_json, outline, read_lineage
from whence.receipts.receipt import receipt_json
from whence.store.interface import Direction

_PICTURES: Mapping[str, str] = MappingProxyType(
    {
        "dot": "whence.drawing.dot:render_dot",
        "mermaid": "whence.drawing.mermaid:render_mermaid",
        "svg": "whence.drawing.svg:render_svg",
    }
)
"""Forms other than text and JSON, imported when asked for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "ref",
        metavar="REF",
        help="a file, a run, name@version, sha256:…, rcp_…, last; DATASET#COLUMN",
    )
    parser.add_argument(
        "--format", choices=["tree", "json", *_PICTURES], default="tree", help="default: tree"
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=DEFAULT_LIMIT,
        help=f"how many nodes at most (default {DEFAULT_LIMIT:,})",
    )
    parser.add_argument("--receipts", metavar="FOLDER", help="where receipts are, for rcp_…")
    add_as_of(parser)
    parser.add_argument("--json", action="store_const", const="json", dest="format")


def execute(args: argparse.Namespace, console: Console, direction: Direction) -> int:
    """Print the answer in the form asked for."""
    if args.limit < 1:
        raise UsageError(f"--limit {args.limit}: at least 1 node is needed")
    with asking(console) as (workspace, present), looking_back(present, args, console) as reader:
        receipt: dict[str, Any] | None = None
        if names_prediction(args.ref):
            prediction = find_prediction(workspace, reader, args.ref, args.receipts)
            root, receipt = prediction.origin.start, receipt_json(prediction.receipt)
        else:
            root, column = find_column(workspace, reader, args.ref, console)
            if column:
                answer = read_columns(reader, root, column, direction, limit=min(args.limit, MOST))
                return _print_columns(answer, args.format, console)
        lineage = read_lineage(reader, root, direction, limit=args.limit)
    if args.format == "json":
        told = lineage_json(lineage)
        console.print_json(told if receipt is None else {"receipt": receipt, **told})
    elif args.format == "tree":
        if receipt is not None:
            console.print(receipt_line(receipt))
        console.print(
            render_tree(
                lineage, console.width, styled=console.styled, encoding=console.out.encoding
            )
        )
    else:
        console.print(_picture(args.format)(outline(lineage)))
    return 0


def _print_columns(answer: ColumnLineage, form: str, console: Console) -> int:
    if form == "json":
        console.print_json(columns_json(answer))
    elif form == "tree":
        console.print(render_columns(answer, console.width, encoding=console.out.encoding))
    else:
        raise UsageError(
            f"columns are not drawn as {form}", hint="leave --format out, or take --json"
        )
    return 0


def _picture(form: str) -> Callable[[Lineage], str]:
    module, name = _PICTURES[form].split(":")
    draw: Callable[[Lineage], str] = getattr(import_module(module), name)
    return draw
