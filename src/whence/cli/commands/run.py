"""Run a command, any command, unedited, and record what it read, wrote and was.

The program's output, exit status, signals and terminal are those of the bare command. The record
is made in the `.whence` folder found upwards from the working directory; the first use makes one.
"""

import argparse

from whence.captured import PATIENCE_WITH_DAEMONS, Order, run_captured
from whence.cli.console import Console
from whence.cli.verb import key_values
from whence.errors import UsageError

SUMMARY = "run a command and record what happened"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.usage = (
        "whence run [--job NAME] [--tag K=V]... [--tracer NAME] [--wait SECONDS] -- COMMAND..."
    )
    parser.add_argument("--job", metavar="NAME", help="the recipe's name; the script's by default")
    parser.add_argument("--tag", action="append", default=[], metavar="K=V", help="may be repeated")
    parser.add_argument(
        "--tracer", metavar="NAME", help="how to watch: notify, python or none; the best by default"
    )
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=PATIENCE_WITH_DAEMONS,
        metavar="SECONDS",
        help="how long to watch processes that outlive the command, or `forever` "
        f"(default {PATIENCE_WITH_DAEMONS:g})",
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")


def execute(args: argparse.Namespace, console: Console) -> int:
    """Run it; the exit status is the command's own."""
    del console  # every line on the terminal is the program's
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        raise UsageError("there is no command to run", hint="whence run -- python train.py")
    if args.job is not None and not args.job.strip():
        raise UsageError("a job needs a name")
    return run_captured(
        Order(
            command,
            job=args.job,
            tags=key_values(args.tag, "--tag"),
            tracer=args.tracer,
            patience=args.wait,
        )
    )


def _seconds(text: str) -> float | None:
    if text == "forever":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is neither seconds nor `forever`")
    return seconds
