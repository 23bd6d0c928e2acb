r"""Make, list or show systems: named, numbered sets of models, prompts, indexes and tools.

A system is what is really shipped: versions of models, the prompts they are given, the indexes
they search, the tools they call, and what goes from which to which. Each set of parts is a version
of its own, so that `whence trace helpdesk@2` goes through all of them to the raw data, and
`whence impact prompts/a.txt` arrives at every system that has that very prompt.

    whence system helpdesk --model answer=llm@3 --prompt rules=prompts/rules.txt \
        --index kb=index/ --tool search=https://search.example/v2 --wire 'kb -> answer'
    whence system helpdesk --file system.yaml
    whence system                        # all of them
    whence system helpdesk@2             # its parts
    whence diff helpdesk@1 helpdesk@2    # part by part

The file has the same in YAML:

    system: helpdesk
    parts:
      answer: {model: llm@3}
      rules: {prompt: prompts/rules.txt}
      kb: {index: index/}
      search: {tool: "https://search.example/v2"}
    wires:
      - kb -> answer
      - search -> answer

Paths in it are told from where it lies. The same parts and wires as the latest version make no new
one, so that it can be said on every deployment.
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import asking, disk_of, settled
from whence.cli.asof import add_as_of, looking_back
from whence.cli.console import Console
from whence.cli.render.register import render_line, render_lines
from whence.cli.render.systems import render_system
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.cli.words import add_words, read_words
from whence.errors import NotFoundError, UsageError
from whence.homecoming.parts import Plan, find_parts, read_plan, read_wires
from whence.homecoming.surroundings import who
from whence.model.identity import NodeId
from whence.model.line import SYSTEMS
from whence.query.models import lines_json
from whence.query.refs import resolve_ref
from whence.query.systems import is_system, system_json, systems_json
from whence.recording.registry.assembly import PART_SORTS, Assembly
from whence.store.interface import Reader
from whence.workspace import Workspace

SUMMARY = "make, list or show systems of models, prompts and tools"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="NAME[@N]", nargs="?", help="a system, or one version")
    parser.add_argument("--file", metavar="YAML", help="a file that says which parts it has")
    for sort in PART_SORTS:
        parser.add_argument(
            f"--{sort}",
            action="append",
            default=[],
            metavar="PART=REF",
            dest=f"part_{sort}",
            help="a part: a path, a REF or an address; may be repeated",
        )
    parser.add_argument(
        "--wire", action="append", default=[], metavar="A->B", help="what A gives goes to B"
    )
    add_words(parser)
    add_as_of(parser)
    parser.add_argument("--history", action="store_true", help="every change, the latest first")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Make the next version, or print what there is."""
    parts = _parts(args)
    if parts or args.file or args.wire:
        return _make(args, parts, console)
    said = read_words(args)
    if any(said.values()):
        raise UsageError(
            "no parts are named", hint="to say something of a system: `whence describe NAME …`"
        )
    return _tell(args, console)


def _parts(args: argparse.Namespace) -> tuple[tuple[str, str, str], ...]:
    found = []
    for sort in PART_SORTS:
        for word in getattr(args, f"part_{sort}"):
            name, equals, ref = word.partition("=")
            if not name or not equals or not ref:
                raise UsageError(
                    f"--{sort} {word!r} is not of the form PART=REF",
                    hint=f"for example --{sort} answer=REF",
                )
            found.append((name, sort, ref))
    return tuple(found)


# --------------------------------------------------------------------- making


def _make(
    args: argparse.Namespace, parts: tuple[tuple[str, str, str], ...], console: Console
) -> int:
    if is_again():
        console.say("whence: no system is made: this run is being done again")
        return 0
    wires = tuple(wire for text in args.wire for wire in read_wires(text))
    said: dict[str, Any] = {name: text for name, text in read_words(args).items() if text}
    told_in: dict[str, str] = {}
    plan = Plan(parts, wires)
    if args.file:
        if parts or wires:
            raise UsageError("give either --file or parts", hint="put the parts into the file")
        plan = read_plan(Path(args.file))
        said = {**plan.words, **said}
    name = args.name or plan.name
    if not name or "@" in name:
        raise UsageError(
            f"{name!r} cannot get a new version" if name else "the system has no name",
            hint="name it: whence system helpdesk …; versions are numbered by themselves",
        )
    if args.name and plan.name and args.name != plan.name:
        raise UsageError(f"{args.file} is about {plan.name!r}, not {args.name!r}")
    with settled(console) as workspace:
        base = Path(args.file).parent if args.file else Path()
        if args.file:
            content = hashlib.sha256(Path(args.file).read_bytes()).hexdigest()
            place = str(Path(args.file).absolute())
            told_in = {"name": workspace.name_of(place), "sha256": content}
        with workspace.reading() as reader:
            found = find_parts(
                workspace, plan, base, lambda ref: _resolved(workspace, reader, ref, console)
            )
            assembly = Assembly(
                name,
                found,
                who(),
                f"whence-system/{__version__}",
                wires=plan.wires,
                told_in=told_in,
                **said,
            )
            assembly.check()
            same = assembly.same_as(reader)
        if same is None:
            workspace.recorder.record([assembly.compose])
        else:
            console.say("whence: it has these parts already; no new version is made")
        with workspace.reading() as reader:
            handle = reader.find(assembly.version) if same is None else same
            assert handle is not None
            told = system_json(reader, handle)
    if args.json:
        console.print_json(told)
    else:
        console.print(printable(told["name"]))
    return 0


def _resolved(workspace: Workspace, reader: Reader, ref: str, console: Console) -> NodeId:
    found = resolve_ref(reader, ref, disk_of(workspace))
    if found.notice:
        console.say(f"whence: {found.notice}")
    return reader.nodes([found.handle])[0].id


# -------------------------------------------------------------------- telling


def _tell(args: argparse.Namespace, console: Console) -> int:
    with asking(console) as (workspace, present), looking_back(present, args, console) as reader:
        if args.name is None:
            told: dict[str, Any] = {"systems": lines_json(reader, SYSTEMS)}
            text = render_lines(
                told["systems"], "system", width=console.width, styled=console.styled
            )
        elif "@" in args.name:
            handle = resolve_ref(reader, args.name, disk_of(workspace)).handle
            if not is_system(reader, handle):
                raise UsageError(
                    f"{args.name} is no version of a system", hint=f"whence show {args.name}"
                )
            told = system_json(reader, handle)
            text = render_system(told, width=console.width, styled=console.styled)
        else:
            line = reader.find(SYSTEMS.node(args.name).id)
            if line is None:
                known = ", ".join(each["name"] for each in lines_json(reader, SYSTEMS)[:10])
                raise NotFoundError(
                    f"there is no system {args.name!r}",
                    hint=f"systems: {known}" if known else SYSTEMS.how.format(name=args.name),
                )
            told = systems_json(reader, line)
            text = render_line(
                told, history=args.history, width=console.width, styled=console.styled
            )
    if args.json:
        console.print_json(told)
    else:
        console.print(text)
    return 0
