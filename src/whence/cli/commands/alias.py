"""Let a movable name, such as `production`, point to a version of a model or of a system.

    whence alias delay@3 production --reason 'better on June'
    whence alias delay production            # where it points, and where it pointed before
    whence alias delay production --remove
    whence alias delay production --protect policies/production.yaml

Every move is kept, with who made it and when; `whence show delay@production --as-of TIME` asks
where it pointed then. A protected alias moves only to what its policy lets through: else nothing is
moved, the findings are told, and the exit status is 1. The policy's text is kept in the record;
changing the file changes nothing until the alias is protected anew.
"""

import argparse
import re

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import asking, settled
from whence.cli.console import Console
from whence.cli.gating import add_protection, go_through, protect, protection_of, tell_refusal
from whence.cli.render.register import render_history
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import NotFoundError, UsageError
from whence.homecoming.surroundings import who
from whence.model.line import LINES, MODELS
from whence.query.lines import aliases_of, history_of, line_called
from whence.query.models import lines_json
from whence.recording.registry.alias import AliasMove
from whence.store.interface import Reader

SUMMARY = "let a name point to a version"
_VERSION = re.compile(r"(.+)@(\d{1,9})\Z", re.DOTALL)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "version", metavar="NAME[@N]", help="a version, such as delay@3; the name alone asks"
    )
    parser.add_argument("alias", metavar="ALIAS", nargs="?", help="the name, such as production")
    parser.add_argument("--remove", action="store_true", help="let it point nowhere")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the history")
    parser.add_argument("--force", action="store_true", help="though the version is retired")
    add_protection(parser)
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Move it, remove it, protect it, or tell where it points."""
    told = _VERSION.match(args.version)
    guards = bool(args.protect) or args.unprotect
    _check_words(args, told, guards=guards)
    if told is None and not args.remove and not guards:
        return _tell(args, console)
    if is_again():
        console.say("whence: no alias is moved: this run is being done again")
        return 0
    if guards:
        return protect(args, console)
    model, number = (args.version, None) if told is None else (told[1], int(told[2]))
    with settled(console) as workspace:
        with workspace.reading() as reader:
            line = line_called(reader, model)
        move = AliasMove(
            model,
            number,
            args.alias,
            who(),
            f"whence-alias/{__version__}",
            line=line,
            reason=args.reason,
            force=args.force,
        )
        gate = go_through(workspace, move)
    if args.json:
        told_json = {"model": model, "alias": args.alias, "version": number, "moved": gate.is_open}
        console.print_json(told_json | ({"checks": list(gate.checks)} if gate.checks else {}))
    elif not gate.is_open:
        tell_refusal(gate.checks, console)
    elif number is None:
        console.print(printable(f"{model}@{args.alias} points nowhere any more"))
    else:
        through = f" (passed {gate.checks[0]['policy']['name']})" if gate.checks else ""
        console.print(printable(f"{model}@{args.alias} → {model}@{number}{through}"))
    return 0 if gate.is_open else 1


def _check_words(args: argparse.Namespace, told: "re.Match[str] | None", *, guards: bool) -> None:
    if told is None and "@" in args.version:
        raise UsageError(f"{args.version!r} is not of the form NAME@N", hint="for example delay@3")
    if args.remove and told is not None:
        raise UsageError(
            "--remove takes the name alone", hint=f"whence alias {told[1]} ALIAS --remove"
        )
    if guards and (told is not None or args.remove):
        raise UsageError(
            "a policy protects an alias, whatever it points to",
            hint="whence alias delay production --protect FILE",
        )
    if (args.remove or guards or told is not None) and not args.alias:
        raise UsageError("no alias is named", hint=f"whence alias {args.version} production")


def _tell(args: argparse.Namespace, console: Console) -> int:
    """Where the aliases of a name point, and where they pointed before."""
    with asking(console) as (_, reader):
        handle = _line(reader, args.version)
        pointing = {
            alias: found[0].number
            for alias, found in aliases_of(reader, handle).items()
            if args.alias in {None, alias}
        }
        moves = [
            row
            for row in history_of(reader, handle)
            if row["what"] == "alias" and args.alias in {None, row["alias"]}
        ]
        guarded = {
            alias: each
            for alias, each in protection_of(
                reader, line_called(reader, args.version), args.version
            ).items()
            if args.alias in {None, alias}
        }
    if args.alias and not moves and not pointing and not guarded:
        raise NotFoundError(
            f"there was never an alias {args.version}@{args.alias}",
            hint=f"`whence alias {args.version}` lists those there are",
        )
    if args.json:
        protected = {alias: each.as_json() for alias, each in guarded.items()}
        console.print_json(
            {
                "model": args.version,
                "aliases": pointing,
                "protected": protected,
                "history": moves,
            }
        )
        return 0
    for alias, number in pointing.items():
        console.print(printable(f"{args.version}@{alias} → {args.version}@{number}"))
    if args.alias and not pointing:
        console.print(printable(f"{args.version}@{args.alias} points nowhere any more"))
    if not pointing and not moves:
        console.print(printable(f"{args.version} has no aliases"))
    for alias, each in guarded.items():
        console.print(
            printable(
                f"{args.version}@{alias} moves only through the policy {each.name}, "
                f"set by {each.by}, {each.at[:10]}"
            )
        )
    console.print(render_history(moves, width=console.width, styled=console.styled))
    return 0


def _line(reader: Reader, name: str) -> int:
    line = line_called(reader, name)
    handle = reader.find(line.node(name).id)
    if handle is None:
        known = [each["name"] for line in LINES for each in lines_json(reader, line)]
        hint = f"there are: {', '.join(sorted(known)[:10])}" if known else MODELS.how
        raise NotFoundError(f"there is no model or system {name!r}", hint=hint.format(name=name))
    return handle
