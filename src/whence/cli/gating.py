"""Aliases that move only through a policy: putting it there, and going through it."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence import __version__
from whence.cli.asking import settled
from whence.cli.console import Console
from whence.cli.person import person
from whence.cli.policyfile import load_policy
from whence.cli.render.ruling import render_ruling
from whence.cli.render.text import printable
from whence.cli.served import Request, server_of
from whence.errors import ConflictError, UsageError
from whence.governance.evaluating import evaluate
from whence.governance.gate import move_alias
from whence.governance.policy import Policy
from whence.governance.protection import Protecting, Protection, protections
from whence.homecoming.sketches import find_sketch
from whence.model.line import Line
from whence.model.moment import now
from whence.query.lines import aliases_of, line_called
from whence.recording.registry.alias import AliasMove
from whence.store.interface import Reader
from whence.workspace import Workspace

_SOURCE = f"whence-alias/{__version__}"


def add_protection(parser: argparse.ArgumentParser) -> None:
    """The arguments that put a policy before an alias."""
    parser.add_argument(
        "--protect", metavar="FILE", help="let it move only through the policy in FILE"
    )
    parser.add_argument(
        "--unprotect", action="store_true", help="let it move freely again; needs --reason"
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of a move."""

    is_open: bool
    checks: tuple[dict[str, Any], ...] = ()
    """The verdicts of the policies that it went through, as JSON."""


def go_through(workspace: Workspace, move: AliasMove) -> Passage:
    """Move an alias, through its policy where it has one: here, or on the server."""
    request = server_of(workspace)
    if request is not None:
        return _go_there(request, move)
    gate = move_alias(
        move.compose,
        workspace.recorder.record,
        by=person().name,
        sketch_of=find_sketch(workspace),
    )
    return Passage(gate.is_open, tuple(each.as_json() for each in gate.verdicts))


def _go_there(request: Request, move: AliasMove) -> Passage:
    body = {"model": move.model, "version": move.number, "alias": move.alias}
    try:
        request("POST", "/api/v1/alias", body | {"reason": move.reason, "force": move.force})
    except ConflictError:
        ref = {"ref": f"{move.model}@{move.number}", "purpose": move.alias}
        told = request("POST", "/api/v1/check", ref)
        if told["passed"]:
            raise  # it was about something else
        return Passage(is_open=False, checks=(told,))
    return Passage(is_open=True)


def tell_refusal(checks: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Why an alias was not moved."""
    for each in checks:
        console.print(render_ruling(each, width=console.width, styled=console.styled))
    console.say("whence: the gate is shut; nothing was moved, and the verdict is in the record")


def protect(args: argparse.Namespace, console: Console) -> int:
    """Put a policy before an alias, or take it away."""
    if bool(args.protect) == args.unprotect:
        raise UsageError("give either --protect FILE or --unprotect")
    if args.unprotect and not args.reason.strip():
        raise UsageError(
            "to let a protected alias move freely needs a reason", hint="--reason TEXT; it is kept"
        )
    policy = load_policy(args.protect) if args.protect else None
    with settled(console) as workspace:
        with workspace.reading() as reader:
            line = line_called(reader, args.version)
        _set(args, workspace, line, policy)
        with workspace.reading() as reader:
            told = protection_of(reader, line, args.version).get(args.alias)
            notice = "" if policy is None else _stands(workspace, reader, policy, line, args)
    called = f"{args.version}@{args.alias}"
    if args.json:
        console.print_json(
            {
                "model": args.version,
                "alias": args.alias,
                "protection": None if told is None else told.as_json(),
            }
        )
    elif policy is None:
        console.print(printable(f"{called} moves freely again"))
    else:
        source = f", commit {policy.commit[:10]}" if policy.commit else ", in no commit of git"
        console.print(
            printable(
                f"{called} moves only through the policy {policy.name} ({policy.source}{source})"
            )
        )
    if notice:
        console.say(f"whence: {notice}")
    return 0


def _set(args: argparse.Namespace, workspace: Workspace, line: Line, policy: Policy | None) -> None:
    """By a record of one's own, or by the server that keeps the record."""
    request = server_of(workspace)
    if request is None:
        step = Protecting(line, args.version, args.alias, policy, person(), _SOURCE, args.reason)
        workspace.recorder.record([step.compose])
        return
    body = {"name": args.version, "alias": args.alias, "reason": args.reason}
    if policy is not None:
        body |= {"policy": policy.text, "source": policy.source}
    request("POST", "/api/v1/protect", body)


def protection_of(reader: Reader, line: Line, name: str) -> dict[str, Protection]:
    """The protected aliases of a name."""
    handle = reader.find(line.node(name).id)
    return {} if handle is None else protections(reader, handle)


def _stands(
    workspace: Workspace, reader: Reader, policy: Policy, line: Line, args: argparse.Namespace
) -> str:
    """That what the alias points to now would not get through, where that is so."""
    handle = reader.find(line.node(args.version).id)
    pointing = {} if handle is None else aliases_of(reader, handle)
    versions = pointing.get(args.alias) or []
    for each in versions:
        verdict = evaluate(
            policy,
            reader,
            each.handle,
            now(),
            purpose=args.alias,
            sketch_of=find_sketch(workspace),
        )
        if not verdict.passed:
            shut = ", ".join(one.call.called for one in verdict.blocking)
            return f"{verdict.subject.name}, to which it points now, does not pass it: {shut}"
    return ""
