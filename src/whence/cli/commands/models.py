"""List registered models, or tell all that is known of one, version by version.

Of one model it is told what each version was made of and by which run, how good it is and on which
data that was measured, where it serves, which alias points to it, and who says what of it; with
--history also every change, with who made it and when.

    whence models
    whence models delay --history
    whence models delay --as-of 2026-03-03T14:05Z
"""

import argparse

from whence.cli.asking import asking
from whence.cli.asof import add_as_of, looking_back
from whence.cli.console import Console
from whence.cli.render.register import render_line, render_lines
from whence.cli.verb import add_json
from whence.errors import NotFoundError
from whence.governance.standing import with_line_decisions
from whence.homecoming.sketches import find_sketch
from whence.model.line import MODELS
from whence.model.moment import now
from whence.query.models import line_json, lines_json

SUMMARY = "list registered models, or tell all of one"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="one of them")
    parser.add_argument("--history", action="store_true", help="every change, the latest first")
    add_as_of(parser)
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the list, or the one."""
    with asking(console) as (workspace, present), looking_back(present, args, console) as reader:
        if args.name is None:
            told = {"models": lines_json(reader, MODELS)}
        else:
            handle = reader.find(MODELS.node(args.name.partition("@")[0]).id)
            if handle is None:
                raise _unknown(args.name, [each["name"] for each in lines_json(reader, MODELS)])
            told = line_json(reader, handle, sketch_of=find_sketch(workspace))
            told = with_line_decisions(told, reader, now())
    if args.json:
        console.print_json(told)
    elif args.name is None:
        console.print(
            render_lines(told["models"], "model", width=console.width, styled=console.styled)
        )
    else:
        console.print(
            render_line(told, history=args.history, width=console.width, styled=console.styled)
        )
    return 0


def _unknown(name: str, known: list[str]) -> NotFoundError:
    listed = ", ".join(known[:10]) + (" …" if len(known) > 10 else "")
    hint = f"registered models: {listed}" if known else MODELS.how.format(name=name)
    return NotFoundError(f"there is no registered model {name!r}", hint=hint)
