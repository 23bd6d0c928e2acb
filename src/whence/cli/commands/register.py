"""Give a model the next version number of a registered model.

REF is a model file, or the run that made exactly one. The version pins that artifact for good.
"""

import argparse

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import disk_of, settled
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json, key_values
from whence.homecoming.surroundings import who
from whence.query.account import describe
from whence.query.making import registrable
from whence.query.refs import resolve_ref
from whence.recording.registry.registration import Registration

SUMMARY = "give a model the next version number"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", help="a model file, or the run that made it")
    parser.add_argument("--model", required=True, metavar="NAME", help="the registered model")
    parser.add_argument("--description", default="", help="words for whoever reads it later")
    parser.add_argument("--tag", action="append", default=[], metavar="K=V", help="may be repeated")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Register it and print the version."""
    if is_again():
        console.say("whence: nothing is registered: this run is being done again")
        return 0
    with settled(console) as workspace:
        with workspace.reading() as reader:
            found = resolve_ref(reader, args.ref, disk_of(workspace))
            artifact = registrable(reader, found.handle, args.ref)
        if found.notice:
            console.say(f"whence: {found.notice}")
        registration = Registration(
            model=args.model,
            artifact=artifact,
            actor=who(),
            source=f"whence-register/{__version__}",
            description=args.description,
            tags=key_values(args.tag, "--tag"),
        )
        workspace.recorder.record([registration.compose])
        with workspace.reading() as reader:
            handle = reader.find(registration.version)
            assert handle is not None
            told = describe(reader, handle)
    if args.json:
        console.print_json(told)
    else:
        console.print(printable(told["name"]))
    return 0
