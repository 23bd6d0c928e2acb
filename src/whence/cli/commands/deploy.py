"""Say that a version serves somewhere from now on.

REF is a version of a model or of a system. Within one environment the versions of one model share
its requests: one that takes all of them (the default) ends what was live there before; one that
takes a part leaves the rest to the one that had it. Deploying a version again where it is live
changes its share or its address.

    whence deploy delay@3 --to production-eu
    whence deploy delay@4 --to production-eu --traffic 20%

With --policy it is recorded only if the version holds to it: else nothing is deployed, the findings
are told, and the exit status is 1. Either way the verdict is kept.

Whence does not start or stop anything: it records what you did, so that `whence impact DATASET`
arrives at what is live, and `whence trace RECEIPT` at what gave a prediction.
"""

import argparse

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.deploying import deploy_through
from whence.cli.policyfile import load_policy
from whence.cli.render.deployments import render_changes
from whence.cli.render.ruling import render_ruling
from whence.cli.verb import add_json, key_values
from whence.errors import UsageError
from whence.homecoming.surroundings import who
from whence.model.deployment import WHOLE
from whence.model.moment import read_moment
from whence.recording.deployment import Deploy, change_json

SUMMARY = "say that a version serves somewhere"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", help="a version, such as delay@3")
    parser.add_argument("--to", required=True, metavar="ENV", help="where, such as production-eu")
    parser.add_argument(
        "--traffic", metavar="SHARE", help="part of the requests, such as 20%% (default: all)"
    )
    parser.add_argument("--endpoint", default="", metavar="URL", help="the address it answers at")
    parser.add_argument(
        "--policy", metavar="FILE", help="only if the version holds to the policy in FILE"
    )
    parser.add_argument(
        "--kserve",
        default="",
        metavar="NAMESPACE/NAME",
        help="the InferenceService whose logged requests are this one's",
    )
    parser.add_argument(
        "--at",
        default="",
        metavar="TIME",
        help="since when, such as 2026-11-20T09:30Z; left out, now",
    )
    parser.add_argument("--tag", action="append", default=[], metavar="K=V", help="may be repeated")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Record it and say what it means for what was live before."""
    if is_again():
        console.say("whence: nothing is deployed: this run is being done again")
        return 0
    share = read_share(args.traffic)
    with settled(console) as workspace:
        with workspace.reading() as reader:
            (node,) = reader.nodes([find(workspace, reader, args.ref, console)])
        deploy = Deploy(
            version=node.id,
            environment=args.to,
            actor=who(),
            source=f"whence-deploy/{__version__}",
            traffic=share,
            endpoint=args.endpoint,
            service=f"kserve:{args.kserve}" if args.kserve else "",
            at=read_moment(args.at) if args.at else "",
            tags=key_values(args.tag, "--tag"),
        )
        verdict = None
        if args.policy:
            verdict = deploy_through(workspace, load_policy(args.policy), deploy)
        else:
            workspace.recorder.record([deploy.compose])
    is_open = verdict is None or verdict["passed"]
    if args.json:
        told = [change_json(each) for each in deploy.changes] if is_open else []
        checks = {} if verdict is None else {"checks": [verdict]}
        console.print_json({"environment": args.to, "changes": told, **checks})
    elif is_open:
        console.print(render_changes(args.to, deploy.changes))
    else:
        assert verdict is not None
        console.print(render_ruling(verdict, width=console.width, styled=console.styled))
        console.say("whence: the gate is shut; nothing was deployed, and the verdict is kept")
    return 0 if is_open else 1


def read_share(text: str | None) -> float:
    """Percent of the requests: ``20%``, ``20``, ``0.5 %``.

    Raises:
        UsageError: it is no share.
    """
    if text is None:
        return WHOLE
    try:
        return float(text.strip().removesuffix("%"))
    except ValueError as error:
        raise UsageError(f"{text!r} is no share", hint="for example --traffic 20%") from error
