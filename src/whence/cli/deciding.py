"""What ``approve`` and ``reject`` share: look, sign, record, tell what was seen."""

import argparse
from typing import Any

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.person import person
from whence.cli.policyfile import load_policy
from whence.cli.render.approvals import render_decision
from whence.cli.served import server_of
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.governance.approval import Deciding, Decision, approvals_json
from whence.governance.evaluating import evaluate
from whence.homecoming.sketches import find_sketch
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.settings.keys import user_key
from whence.store.interface import Reader
from whence.workspace import Workspace

_NEVER = frozenset({NodeKind.ACTOR, NodeKind.JOB, NodeKind.REGISTERED_MODEL, NodeKind.SYSTEM})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What both verbs take."""
    parser.add_argument("ref", metavar="REF", help="a version, such as delay@3; a model, a run")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept")
    parser.add_argument("--role", default="", metavar="WORD", help="as what, such as risk-officer")
    parser.add_argument(
        "--seen",
        default="",
        metavar="DIGEST",
        help="only if there is nothing else to see than this, as `whence check` told it",
    )
    parser.add_argument("--policy", metavar="FILE", help="sign what this policy comes to as well")
    add_json(parser)


def decide(args: argparse.Namespace, console: Console, decision: Decision) -> int:
    """Sign and keep it."""
    if is_again():
        console.say(f"whence: nobody {decision.value}s anything: this run is being done again")
        return 0
    with settled(console) as workspace:
        with workspace.reading() as reader:
            handle = find(workspace, reader, args.ref, console)
            (node,) = reader.nodes([handle])
            if node.kind in _NEVER:
                raise UsageError(
                    f"{args.ref} is a {node.kind.value.replace('_', ' ')}",
                    hint="name one version, such as delay@3",
                )
        told, others = _say(args, workspace, node, decision)
    if args.json:
        console.print_json({"subject": {"id": node.id, "name": node.name}, **told})
    else:
        console.print(render_decision(node.name, told, others=others))
    return 0


def _say(
    args: argparse.Namespace, workspace: Workspace, node: Node, decision: Decision
) -> tuple[dict[str, Any], int]:
    """The decision as it is kept, and how many others there are of the same thing."""
    request = server_of(workspace)
    if request is None:
        record = _sign(args, workspace, node, decision)
    elif args.policy:
        raise UsageError(
            "--policy signs what was asked here; a server asks for itself",
            hint=f"whence check {args.ref} --policy {args.policy} --record",
        )
    else:
        body = {"ref": node.id, "reason": args.reason, "role": args.role, "seen": args.seen}
        record = request("POST", f"/api/v1/{decision.value}", body)["record"]
    with workspace.reading() as reader:
        handle = reader.find(node.id)
        assert handle is not None
        every = approvals_json(reader, handle, now())
    (told,) = (each for each in every if each["record"] == record)
    return told, len(every) - 1


def _sign(args: argparse.Namespace, workspace: Workspace, node: Node, decision: Decision) -> str:
    """Sign with one's own key and keep it; the id of the record."""
    with workspace.reading() as reader:
        handle = reader.find(node.id)
        assert handle is not None
        asked = _asked(args, workspace, reader, handle)
    deciding = Deciding(
        node=node.id,
        decision=decision,
        actor=person(),
        reason=args.reason,
        key=user_key(),
        source=f"whence-{decision.value}/{__version__}",
        role=args.role,
        seen=args.seen,
        policy=asked,
    )
    workspace.recorder.record([deciding.compose])
    return deciding.record


def _asked(
    args: argparse.Namespace, workspace: Workspace, reader: Reader, handle: int
) -> dict[str, Any]:
    if not args.policy:
        return {}
    policy = load_policy(args.policy)
    verdict = evaluate(policy, reader, handle, now(), sketch_of=find_sketch(workspace))
    shut = sorted(each.call.called for each in verdict.blocking)
    return {**policy.as_json(), "passed": verdict.passed, "blocking": shut}
