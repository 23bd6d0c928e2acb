"""Do a recorded run again, and say whether it comes to the same.

First a plan: the code, the environment, and each input with where it will come from. `--plan`
prints it and does nothing. Then the recorded command runs in a scratch folder that stands in the
place of the workspace, where the system permits a private view of the files; the real files are
not touched. What it leaves is compared with what was recorded, and the verdict is kept: it shows on
the run, on its files and on their versions.

The verdict is one of: `identical bytes`; `same` (and by what); `same within measured noise`;
`diverged` (at which file, and what is the likely cause); `impossible` (and what is missing). The
exit status is 0 for the first three and 1 for the others.
"""

import argparse

from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.render.plan import plan_json, render_plan
from whence.cli.render.verdict import render_verdict
from whence.cli.verb import add_json
from whence.errors import UsageError

SUMMARY = "do a recorded run again, and say whether it comes to the same"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", default="last", help="default: last")
    parser.add_argument(
        "--env",
        default="recorded",
        metavar="ENV",
        help="recorded: as it was, built anew if need be (default); current: the Python of now; "
        "or the path of a Python",
    )
    parser.add_argument("--plan", action="store_true", help="say what it takes, and do nothing")
    parser.add_argument(
        "--upstream", action="store_true", help="also do runs again whose files are not at hand"
    )
    parser.add_argument(
        "--repeats",
        type=int,
        default=0,
        metavar="N",
        help="do it N times with other seeds, to measure the noise of its metrics; 3 at least",
    )
    parser.add_argument(
        "--twice", action="store_true", help="do it twice, and say whether it repeats itself"
    )
    parser.add_argument("--offline", action="store_true", help="let the program reach no network")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="end a run that takes longer"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Plan it, do it, print the verdict."""
    from whence.reproduction.reproduce import Demand, reproduce  # noqa: PLC0415  20 ms
    from whence.reproduction.survey import Wish, draw_up  # noqa: PLC0415
    from whence.reproduction.verdict import verdict_json  # noqa: PLC0415

    if args.repeats and args.repeats < 3:
        raise UsageError(f"--repeats {args.repeats}: noise needs 3 repeats at least")
    if args.timeout is not None and not args.timeout > 0:
        raise UsageError(f"--timeout {args.timeout:g}: more than 0 seconds are needed")
    with settled(console) as workspace:
        with workspace.reading() as reader:
            handle = find(workspace, reader, args.ref, console)
            wish = Wish(env=args.env, upstream=args.upstream, offline=args.offline)
            plan = draw_up(workspace, reader, handle, wish)
        if args.plan:
            if args.json:
                console.print_json(plan_json(plan))
            else:
                console.print(render_plan(plan, width=console.width, styled=console.styled))
            return 1 if plan.problems else 0
        demand = Demand(args.repeats, args.twice, args.keep, args.timeout, offline=args.offline)
        verdict = reproduce(workspace, plan, demand, console.say)
    if args.json:
        console.print_json(verdict_json(verdict))
    else:
        console.print(render_verdict(verdict, width=console.width, styled=console.styled))
    return 0 if verdict.is_good else 1
