"""Find the commit, or the version of data, that carries a change of a metric between two versions.

The way from A to B is walked step by step: every commit that touches a file which was used, every
later version of an input file that is at hand, in the order of their times; what is left after all
that (words of the command line, packages, what was never committed) is the last step. Points of
that way are run again as `attribute` runs mixtures. Halves whose ends are alike are not looked
into: so one step is found in few runs, and several are all found, unless they undo each other
between two points that are alike.
"""

import argparse

from whence.cli.asking import settled
from whence.cli.commands.attribute import add_question, read_order
from whence.cli.console import Console
from whence.cli.progress import counting
from whence.cli.verb import add_json
from whence.drawing.figures import counted

SUMMARY = "find the commit or the data that carries a change of a metric"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_question(parser)
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Walk, and print what carries the change."""
    # Late: the whole machinery of doing runs again is behind them.
    from whence.cli.render.bisection import render_bisection  # noqa: PLC0415
    from whence.reproduction.bisected import prepare  # noqa: PLC0415

    with settled(console) as workspace:
        prepared = prepare(workspace, read_order(args, workspace, console))
        steps = len(prepared.timeline.events)
        console.say(f"whence: {counted(steps, 'step', 'steps')} from A to B")
        with counting(console, "trials run") as tell:
            told = prepared.answer(tell)
    if args.json:
        console.print_json(told)
    else:
        console.print(
            render_bisection(
                told, width=console.width, styled=console.styled, encoding=console.out.encoding
            )
        )
    return 0
