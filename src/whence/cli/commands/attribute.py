"""Say which of the differences between two versions made a metric change, by running mixtures.

Everything that differs between A and B is a factor: files of data, hunks of code, keys of
configuration files, words of the command line, packages. Mixtures of the two are run again with
the machinery of `reproduce`, in scratch folders, and each factor gets its share of the change with
an interval; the shares sum to the change. First A and B themselves are run with several seeds: a
change that other seeds give as well has no cause, and is said to have none.

A mixture that cannot run is an answer too: a setting that the old code does not know is one factor
with the new code. What was run is kept; the same question asked again, or one that was
interrupted, goes on from there. The answer is kept with B, and `whence show B` tells it.
"""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.progress import counting
from whence.cli.verb import add_json
from whence.drawing.figures import counted
from whence.errors import StoreError, UsageError
from whence.reproduction.attribution.attribute import EXACT_UP_TO, Plan
from whence.reproduction.attribution.trials import Budget
from whence.workspace import Workspace

if TYPE_CHECKING:
    from whence.reproduction.attributed import Order

SUMMARY = "say which difference made a metric change, by running mixtures"

_SPAN = re.compile(r"(\d+(?:\.\d+)?) ?(m|min|minutes?|h|hours?|s)\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_question(parser)
    parser.add_argument("--svg", metavar="FILE", type=Path, help="draw the waterfall into a file")
    parser.add_argument("--runs", action="store_true", help="list every trial with its runs")
    add_json(parser)


def add_question(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what is asked, and how much may be run."""
    parser.add_argument("a", metavar="A", help="a REF: the one before")
    parser.add_argument("b", metavar="B", help="a REF: the one after")
    parser.add_argument("--metric", required=True, metavar="M", help="a metric that both have")
    parser.add_argument(
        "--budget",
        metavar="RUNS|MINUTES",
        help="at most so many trials, as 40, or so much time, as 30m or 2h",
    )
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="so many trials at once; default: 1"
    )
    parser.add_argument(
        "--seeds", type=int, default=3, metavar="N", help="seeds for each mixture; default: 3"
    )
    parser.add_argument(
        "--timeout", metavar="TIME", help="the longest that one step may take, as 10m"
    )


def execute(args: argparse.Namespace, console: Console) -> int:
    """Ask, print the answer, keep it."""
    # Late: the whole machinery of doing runs again is behind them.
    from whence.cli.render.attribution import render_attribution, waterfall_of  # noqa: PLC0415
    from whence.drawing.waterfall import render_waterfall  # noqa: PLC0415
    from whence.reproduction.attributed import prepare  # noqa: PLC0415

    with settled(console) as workspace:
        order = read_order(args, workspace, console)
        prepared = prepare(workspace, order)
        console.say(f"whence: {_announced(len(prepared.mixing.differences), args)}")
        with counting(console, "trials run") as tell:
            told = prepared.answer(tell)
    if args.svg is not None and told["change"] is not None:
        write_picture(args.svg, render_waterfall(waterfall_of(told)))
    if args.json:
        console.print_json(told)
    else:
        console.print(
            render_attribution(
                told,
                width=console.width,
                styled=console.styled,
                encoding=console.out.encoding,
                runs=args.runs,
            )
        )
    return 0


def _announced(factors: int, args: argparse.Namespace) -> str:
    """How many things differ, and how much may have to be run for it."""
    differ = "1 factor differs" if factors == 1 else f"{factors} factors differ"
    if args.budget is not None:
        return f"{differ}; the budget is {args.budget}"
    seeds = f"with up to {counted(args.seeds, 'seed', 'seeds')}"
    if factors <= EXACT_UP_TO:
        return f"{differ}: at most {2**factors} mixtures, {seeds} each"
    return f"{differ}: {2 * factors + 2} mixtures or more, {seeds} each; --budget sets a limit"


def read_order(args: argparse.Namespace, workspace: Workspace, console: Console) -> "Order":
    """What is asked.

    Raises:
        UsageError: a budget or a number with which nothing could be found.
        NotFoundError: A or B names nothing.
    """
    from whence.reproduction.attributed import Order, Side  # noqa: PLC0415

    budget = read_budget(args.budget)
    check_numbers(args)
    timeout = None if args.timeout is None else read_span(args.timeout, "--timeout")
    with workspace.reading() as reader:
        a, b = (Side(ref, find(workspace, reader, ref, console)) for ref in (args.a, args.b))
    return Order(
        a,
        b,
        metric=args.metric,
        plan=Plan(seeds=args.seeds, ends=max(args.seeds + 2, 3)),
        budget=budget,
        jobs=args.jobs,
        timeout=timeout,
    )


def read_budget(text: str | None) -> Budget | None:
    """``40`` trials, or ``30m``.

    Raises:
        UsageError: it is neither, or nothing could be run.
    """
    if text is None:
        return None
    if text.isdecimal():
        if int(text) < 1:
            raise UsageError(
                f"with a budget of {text} nothing can be run",
                hint="4 runs measure A and B twice; `--budget 40` or `--budget 30m` go further",
            )
        return Budget(runs=int(text))
    return Budget(seconds=read_span(text, "--budget"))


def read_span(text: str, option: str) -> float:
    """Seconds.

    Raises:
        UsageError: it is no span of time, or an empty one.
    """
    told = _SPAN.match(text)
    seconds = 0.0 if told is None else float(told[1]) * _SECONDS[told[2][0]]
    if not seconds:
        raise UsageError(
            f"{option} {text!r} is neither a number of runs nor a time",
            hint=f"write `{option} 40` or `{option} 30m`",
        )
    return seconds


def check_numbers(args: argparse.Namespace) -> None:
    """Refuse numbers with which nothing could be found.

    Raises:
        UsageError: ``--jobs`` or ``--seeds`` is less than one.
    """
    for name in ("jobs", "seeds"):
        if getattr(args, name) < 1:
            raise UsageError(f"--{name} {getattr(args, name)}: it takes at least 1")


def write_picture(path: Path, text: str) -> None:
    """Write a drawing.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
