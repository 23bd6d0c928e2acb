"""Let a movable name, such as `production`, point to a version from now on.

Every move is kept; `whence show NAME` tells where each alias points.
"""

import argparse
import re

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import settled
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.homecoming.surroundings import who
from whence.recording.registry.alias import AliasMove

SUMMARY = "let a name point to a version"
_VERSION = re.compile(r"(.+)@(\d{1,9})\Z", re.DOTALL)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("version", metavar="NAME@N", help="a registered version, such as delay@3")
    parser.add_argument("alias", metavar="ALIAS", help="the name, such as production")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Move it."""
    if is_again():
        console.say("whence: no alias is moved: this run is being done again")
        return 0
    told = _VERSION.match(args.version)
    if told is None:
        raise UsageError(f"{args.version!r} is not of the form NAME@N", hint="for example delay@3")
    model, number = told[1], int(told[2])
    with settled(console) as workspace:
        move = AliasMove(model, number, args.alias, who(), f"whence-alias/{__version__}")
        workspace.recorder.record([move.compose])
    if args.json:
        console.print_json({"model": model, "alias": args.alias, "version": number})
    else:
        console.print(printable(f"{model}@{args.alias} → {model}@{number}"))
    return 0
