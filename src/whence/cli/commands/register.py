"""Give a model the next version number of a registered model.

REF is a model file, or the run that made exactly one. The version pins that artifact for good.

    whence register models/delay.pkl --model delay --owner ada --licence Apache-2.0
    whence register adapters/ --model support --adapter-of hf:org/name@COMMIT

Say what it was made of where Whence could not see it: by a REF, or by the address of a model that
lies beyond, such as hf:org/name@revision. What a run was seen to do stands beside it, and where the
two disagree `whence show` says so.
"""

import argparse

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import disk_of, settled
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.cli.words import add_words, read_words
from whence.homecoming.surroundings import who
from whence.model.derivation import MODEL_RELATIONS
from whence.query.account import describe
from whence.query.making import registrable
from whence.query.refs import resolve_ref
from whence.recording.registry.derivation import Derivation, outside_model
from whence.recording.registry.registration import Registration
from whence.store.interface import Reader
from whence.workspace import Workspace

SUMMARY = "give a model the next version number"

DERIVED = {
    "fine-tuned": "fine-tuned-from",
    "adapter": "adapter-of",
    "merged": "merged-from",
    "quantized": "quantized-from",
    "distilled": "distilled-from",
    "pruned": "pruned-from",
    "converted": "converted-from",
}
"""How a model was made of another → the option that says so."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", help="a model file, or the run that made it")
    parser.add_argument("--model", required=True, metavar="NAME", help="the registered model")
    add_words(parser)
    for relation, option in DERIVED.items():
        parser.add_argument(
            f"--{option}",
            action="append",
            default=[],
            metavar="REF",
            dest=relation,
            help=f"it is {MODEL_RELATIONS[relation]} this model",
        )
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
            derived = _derived(args, workspace, reader)
        if found.notice:
            console.say(f"whence: {found.notice}")
        registration = Registration(
            model=args.model,
            artifact=artifact,
            actor=who(),
            source=f"whence-register/{__version__}",
            derived=derived,
            **read_words(args),
        )
        workspace.recorder.record([registration.compose])
        with workspace.reading() as reader:
            handle = reader.find(registration.version)
            assert handle is not None
            told = describe(reader, handle)
    for gap in told["gaps"]:
        console.say(f"whence: {gap['about']}: {gap['reason']}")
    if args.json:
        console.print_json(told)
    else:
        console.print(printable(told["name"]))
    return 0


def _derived(
    args: argparse.Namespace, workspace: Workspace, reader: Reader
) -> tuple[Derivation, ...]:
    """What the person says that it was made of."""
    found = []
    for relation in DERIVED:
        for text in getattr(args, relation):
            of = outside_model(text)
            if of is None:
                handle = resolve_ref(reader, text, disk_of(workspace)).handle
                found.append(Derivation(relation, registrable(reader, handle, text)))
            else:
                found.append(Derivation(relation, of))
    return tuple(found)
