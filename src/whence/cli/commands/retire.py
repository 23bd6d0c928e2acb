"""Say that a version, or a whole model, is not to be used any more.

It stays where it is, with all its history; wherever it is named, Whence says that it is retired,
since when and why. A bare name means the latest version that is not, and no alias moves to a
retired one without --force. --restore takes it back.

    whence retire delay@3 --reason 'trained on rows that had to be erased'
    whence retire delay@3 --restore --reason 'it was another file'
"""

import argparse

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import find, settled
from whence.cli.commands.describe import named_line
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.homecoming.surroundings import who
from whence.model.line import LINE_KINDS, VERSION_KINDS
from whence.query.account import account_for
from whence.query.lines import pointing_to, retirement_of
from whence.recording.registry.retirement import Retirement

SUMMARY = "say that a version is not to be used any more"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", help="a version such as delay@3, or a whole model")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever asks later")
    parser.add_argument("--restore", action="store_true", help="it is to be used again")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Record it, and say what still points to it."""
    if is_again():
        console.say("whence: nothing is retired: this run is being done again")
        return 0
    with settled(console) as workspace:
        with workspace.reading() as reader:
            handle = named_line(reader, args.ref)
            if handle is None:
                handle = find(workspace, reader, args.ref, console)
            (node,) = reader.nodes([handle])
            retired = retirement_of(account_for(reader, handle))
            pointing = pointing_to(reader, handle)
        if node.kind not in VERSION_KINDS | LINE_KINDS:
            raise UsageError(
                f"{args.ref} is a {node.kind.value.replace('_', ' ')}, not a version",
                hint="name a version, such as delay@3, or a whole model",
            )
        if args.restore and retired is None:
            raise UsageError(f"{node.name} is not retired", hint="`whence models` says what is")
        retirement = Retirement(
            node.id, who(), f"whence-retire/{__version__}", args.reason, args.restore
        )
        workspace.recorder.record([retirement.compose])
    if args.json:
        told = {"id": node.id, "name": node.name, "retired": not args.restore}
        console.print_json({**told, "reason": args.reason, "pointing": pointing})
        return 0
    console.print(printable(f"{node.name} is {'back' if args.restore else 'retired'}"))
    for each in () if args.restore else pointing:
        console.say(f"whence: {printable(each)}")
    return 0
