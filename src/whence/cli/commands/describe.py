"""Say what a thing is, in words: a description, tags, owners, a licence.

REF is anything: a data file, a model, a version, a whole system; with a name such as `delay` the
registered model itself is meant, with `delay@3` that version. What is said adds to what was said
before; --untag, --disown, and an empty --description or --licence take back. All of it is kept,
with who said it and when.

    whence describe data/raw.csv --tag no-commercial --licence CC-BY-NC-4.0
    whence describe delay --owner ada=maintainer --description 'delays at departure'
    whence describe delay@3 --untag candidate
"""

import argparse

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.render.register import word_rows
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.cli.words import add_words, read_words
from whence.homecoming.surroundings import who
from whence.model.line import LINES
from whence.query.account import account_for
from whence.query.models import words_json
from whence.recording.registry.words import Words
from whence.store.interface import Reader
from whence.workspace import Workspace

SUMMARY = "say what a thing is: tags, owners, a licence"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", help="anything; NAME alone is the model itself")
    add_words(parser)
    parser.add_argument("--untag", action="append", default=[], metavar="K", help="take a tag back")
    parser.add_argument(
        "--disown", action="append", default=[], metavar="NAME", help="who answers for it no more"
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the history")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Record it and print what is said of the thing now."""
    if is_again():
        console.say("whence: nothing is said: this run is being done again")
        return 0
    said = read_words(args)
    with settled(console) as workspace:
        with workspace.reading() as reader:
            handle = named_line(reader, args.ref)
            if handle is None:
                handle = find(workspace, reader, args.ref, console)
            (node,) = reader.nodes([handle])
        words = Words(
            node.id,
            who(),
            f"whence-describe/{__version__}",
            description=args.description,
            tags={**said["tags"], **dict.fromkeys(args.untag)},
            owners={**said["owners"], **dict.fromkeys(args.disown)},
            licence=args.licence,
            reason=args.reason,
        )
        workspace.recorder.record([words.compose])
        told = _told(workspace, handle)
    if args.json:
        console.print_json({"id": node.id, "kind": node.kind.value, "name": node.name, **told})
        return 0
    console.print(printable(node.name))
    for name, text in word_rows(told):
        console.print(printable(f"  {name:<12} {text}"))
    return 0


def named_line(reader: Reader, text: str) -> int | None:
    """The registered model or system that a bare name means, rather than its latest version."""
    for handle in reader.named(text):
        (node,) = reader.nodes([handle])
        if node.kind in {line.kind for line in LINES}:
            return handle
    return None


def _told(workspace: Workspace, handle: int) -> dict[str, object]:
    with workspace.reading() as reader:
        return words_json(account_for(reader, handle))
