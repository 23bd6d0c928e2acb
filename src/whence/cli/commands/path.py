"""Show how two things are connected: the shortest way from one back to the other."""

import argparse
from typing import Any

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.query.route import route

SUMMARY = "show how two things are connected"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("a", metavar="A", help="a REF")
    parser.add_argument("b", metavar="B", help="another REF")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the way; exit status 1 when there is none."""
    with asking(console) as (workspace, reader):
        told = route(
            reader,
            find(workspace, reader, args.a, console),
            find(workspace, reader, args.b, console),
        )
    if args.json:
        console.print_json(told)
    elif told["nodes"]:
        console.print("\n".join(_lines(told)))
    else:
        console.print(f"Nothing recorded connects {printable(args.a)} and {printable(args.b)}.")
    return 0 if told["nodes"] else 1


def _lines(told: dict[str, Any]) -> list[str]:
    lines = []
    for at, node in enumerate(told["nodes"]):
        if at:
            edge = told["edges"][at - 1]
            basis = "" if edge["basis"] == "observed" else f" ({edge['basis']})"
            lines.append(f"  {edge['kind'].replace('_', ' ')}{basis}{_how(edge)}")
        lines.append(f"{printable(node['name'])}  {node['kind']} {node['id'][:8]}")
    return lines


def _how(edge: dict[str, Any]) -> str:
    """Which part of it, and by what, where that was seen inside the run."""
    detail = edge.get("detail") or {}
    told = [f"the {detail['split']} split"] if detail.get("split") else []
    told += [f"by {printable(detail['by'])}"] if detail.get("by") else []
    return f" ({', '.join(told)})" if told else ""
