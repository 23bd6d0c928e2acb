"""Say that a version serves no more.

REF is a version together with --from, or a deployment itself, by its id or its name.

    whence undeploy delay@3 --from production-eu --reason 'roll-back'
    whence undeploy production-eu/delay@3
"""

import argparse

from whence import __version__
from whence.capture.again import is_again
from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.render.deployments import render_changes
from whence.cli.verb import add_json
from whence.homecoming.surroundings import who
from whence.model.moment import read_moment
from whence.query.deployments import live_one
from whence.recording.deployment import Undeploy, change_json

SUMMARY = "say that a version serves no more"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", help="a version, such as delay@3, or a deployment")
    parser.add_argument("--from", dest="environment", metavar="ENV", help="where, for a version")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever asks later")
    parser.add_argument(
        "--at",
        default="",
        metavar="TIME",
        help="since when, such as 2026-11-20T09:30Z; left out, now",
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Record it."""
    if is_again():
        console.say("whence: nothing is undeployed: this run is being done again")
        return 0
    with settled(console) as workspace:
        with workspace.reading() as reader:
            handle = find(workspace, reader, args.ref, console)
            chosen = live_one(reader, handle, args.environment)
        undeploy = Undeploy(
            deployments=(chosen.node.id,),
            actor=who(),
            source=f"whence-undeploy/{__version__}",
            reason=args.reason,
            at=read_moment(args.at) if args.at else "",
        )
        workspace.recorder.record([undeploy.compose])
    environment = chosen.serving.environment
    if args.json:
        told = [change_json(each) for each in undeploy.changes]
        console.print_json({"environment": environment, "changes": told})
    else:
        console.print(render_changes(environment, undeploy.changes))
    return 0
