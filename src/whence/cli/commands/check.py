"""Ask whether a thing holds to a policy; exit status 1 with findings where it does not.

    whence check delay@3 --policy policies/production.yaml
    whence check delay@3 --for production      # the policy that protects delay@production
    whence check --rules                       # what a policy may ask

A rule answers yes, no or unknown; unknown is not a pass unless the policy says so. --record keeps
the verdict with its evidence and the policy's text. --waive lets the thing pass one rule until a
day: that is kept, told with every verdict, and counts unless the policy says otherwise.

A policy is a file such as

    policy: production
    rules:
      - clean-commit
      - rule: metric
        metric: auc
        min: 0.75
      - rule: approvals
        count: 2
"""

import argparse
from typing import Any

from whence import __version__
from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.person import person
from whence.cli.policyfile import load_policy
from whence.cli.render.rules import render_rules
from whence.cli.render.ruling import render_ruling
from whence.cli.served import server_of
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.governance.evaluating import evaluate
from whence.governance.gate import verdict_record
from whence.governance.listing import rules_json
from whence.governance.policy import Policy, WhoWaives
from whence.governance.protection import protecting
from whence.governance.rules import load_rules
from whence.governance.verdict import Verdict
from whence.governance.waiver import WaiverGiven
from whence.homecoming.sketches import find_sketch
from whence.model.identity import NodeId
from whence.model.moment import now
from whence.model.record import Record
from whence.store.interface import Reader
from whence.workspace import Workspace

SUMMARY = "ask whether a thing holds to a policy"
_WAIVES = {
    WhoWaives.OTHERS: "the policy takes waivers by record from others than the authors alone",
    WhoWaives.NEVER: "the policy takes no waivers by record",
    WhoWaives.ANYONE: "it is for another thing, or over",
}
"""Why a waiver by record may not count."""

_SOURCE = f"whence-check/{__version__}"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", help="a version, a model, a run, a system")
    parser.add_argument("--policy", metavar="FILE", help="the policy to ask")
    parser.add_argument(
        "--for",
        dest="purpose",
        default="",
        metavar="ALIAS",
        help="what it is wanted for; without --policy, the alias whose policy is asked",
    )
    parser.add_argument("--record", action="store_true", help="keep the verdict in the record")
    parser.add_argument("--waive", metavar="RULE", help="let it pass this rule until a day")
    parser.add_argument("--until", metavar="DATE", help="the last day of the waiver: 2026-12-31")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why it is waived")
    parser.add_argument("--rules", action="store_true", help="list what a policy may ask")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Ask, and tell."""
    if args.rules:
        rules = load_rules()
        if args.json:
            console.print_json(rules_json(rules))
        else:
            console.print(render_rules(rules, width=console.width, styled=console.styled))
        return 0
    _check_words(args)
    with settled(console) as workspace:
        with workspace.reading() as reader:
            handle = find(workspace, reader, args.ref, console)
            (node,) = reader.nodes([handle])
            policy = _policy(args, reader, handle)
        if args.waive:
            _waive(args, workspace, policy, node.id)
        told = _ask(args, workspace, policy, node.id)
    if args.waive and any(
        each["called"] == args.waive and each["blocks"] for each in told["rules"]
    ):
        console.say(f"whence: the waiver is kept, but does not count: {_WAIVES[policy.who_waives]}")
    if args.json:
        console.print_json(told)
    else:
        console.print(render_ruling(told, width=console.width, styled=console.styled))
    return 0 if told["passed"] else 1


def _ask(
    args: argparse.Namespace, workspace: Workspace, policy: Policy, node: NodeId
) -> dict[str, Any]:
    """The verdict: of the server that keeps the record, or made here."""
    request = server_of(workspace)
    if request is not None:
        body = {"ref": node, "policy": policy.text, "purpose": args.purpose}
        body |= {"source": policy.source, "record": args.record}
        answer: dict[str, Any] = request("POST", "/api/v1/check", body)
        return answer
    kept: list[Verdict] = []

    def judge(reader: Reader, time: str) -> Verdict:
        handle = reader.find(node)
        assert handle is not None
        sketch_of = find_sketch(workspace)
        return evaluate(policy, reader, handle, time, purpose=args.purpose, sketch_of=sketch_of)

    def compose(reader: Reader, time: str) -> Record:
        kept[:] = [judge(reader, time)]
        return verdict_record(reader, kept[0], time, _SOURCE, person().name)

    if args.record:
        workspace.recorder.record([compose])
    else:
        with workspace.reading() as reader:
            kept.append(judge(reader, now()))
    return kept[0].as_json()


def _check_words(args: argparse.Namespace) -> None:
    if args.ref is None:
        raise UsageError("there is no REF to check", hint="whence check delay@3 --policy FILE")
    if bool(args.waive) != bool(args.until):
        raise UsageError(
            "--waive and --until go together",
            hint="whence check REF --policy FILE --waive RULE --until 2026-12-31 --reason TEXT",
        )


def _policy(args: argparse.Namespace, reader: Reader, handle: int) -> Policy:
    """The file that is named, or the policy that protects the alias that it is wanted for.

    Raises:
        UsageError: neither is there.
    """
    if args.policy:
        return load_policy(args.policy)
    found = protecting(reader, handle)
    if not args.purpose and len(found) == 1:
        args.purpose = next(iter(found))
    if args.purpose in found:
        return found[args.purpose]
    known = f"protected are: {', '.join(found)}" if found else "no alias of it is protected"
    raise UsageError(
        f"which policy? {known}", hint="name the file: --policy policies/production.yaml"
    )


def _waive(args: argparse.Namespace, workspace: Workspace, policy: Policy, node: NodeId) -> None:
    names = [each.called for each in policy.rules]
    if args.waive not in names:
        raise UsageError(
            f"the policy {policy.name} has no rule {args.waive!r}",
            hint=f"it has: {', '.join(names)}",
        )
    request = server_of(workspace)
    if request is not None:
        body = {"ref": node, "policy": policy.name, "rule": args.waive, "until": args.until}
        request("POST", "/api/v1/waive", body | {"reason": args.reason})
        return
    given = WaiverGiven(node, policy.name, args.waive, args.until, args.reason, person(), _SOURCE)
    workspace.recorder.record([given.compose])
