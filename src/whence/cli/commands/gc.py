"""Clear away kept contents that nothing needs any more.

Whatever a registered version or a hold comes from stays, with what it was measured on; so does
what runs of the last 30 days used and made, and what runs that go on may use. All else goes from
.whence/objects, with the fingerprints of such tables; the record itself stays whole, and knows
each content by its digest.

    whence gc --plan
    whence gc --older-than 7d

--plan shows what would go, and changes nothing. --why REF tells what keeps a thing.
"""

import argparse
import re

from whence.cli.asking import find, settled
from whence.cli.console import Console
from whence.cli.render.text import printable, shorten
from whence.cli.verb import add_json
from whence.drawing.figures import counted, size_text
from whence.errors import StoreLockedError, UsageError
from whence.homecoming.clearing import Cleared, clear, why_kept
from whence.reproduction.scratch import is_at_work, sweep

SUMMARY = "clear away kept contents that nothing needs"
_UNITS = {"": 86400, "d": 86400, "h": 3600, "m": 60, "s": 1, "w": 7 * 86400}
_AGE = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*([wdhms]?)\Z")
_LISTED = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--plan", action="store_true", help="show what would go; change nothing")
    parser.add_argument(
        "--older-than", default="30d", metavar="AGE", help="such as 7d, 12h or 0; default: 30d"
    )
    parser.add_argument("--why", metavar="REF", help="tell what keeps a thing; change nothing")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Clear away, or tell."""
    age = _seconds(args.older_than)
    with settled(console) as workspace:
        if args.why is not None:
            with workspace.reading() as reader:
                handle = find(workspace, reader, args.why, console)
            reasons = why_kept(workspace, handle, age)
            if args.json:
                console.print_json({"kept": bool(reasons), "reasons": reasons})
            else:
                for line in reasons or ["nothing keeps it: `whence hold` would"]:
                    console.print(printable(line))
            return 0
        if not args.plan and is_at_work(workspace):
            raise StoreLockedError(
                "a run is being done again, from contents that must not go meanwhile",
                hint="try again when it has ended",
            )
        cleared = clear(workspace, age, is_plan=args.plan)
        if not args.plan:
            sweep(workspace)
    if args.json:
        console.print_json(cleared.as_json(is_plan=args.plan))
    else:
        for line in _lines(cleared, is_plan=args.plan):
            console.print(printable(line))
    return 0


def _seconds(text: str) -> float:
    told = _AGE.match(text.strip())
    if told is None:
        raise UsageError(
            f"--older-than cannot be {text!r}", hint="it is an age, such as 30d, 12h or 0"
        )
    return float(told[1]) * _UNITS[told[2]]


def _lines(cleared: Cleared, *, is_plan: bool) -> list[str]:
    swept = cleared.swept
    largest = sorted(swept.contents, key=lambda each: -cleared.sizes[each])
    lines = [
        f"  {size_text(cleared.sizes[each]):>9}  {each[:12]}  {_named(cleared.names[each])}"
        for each in largest[:_LISTED]
    ]
    if len(largest) > _LISTED:
        lines.append(f"  … and {len(largest) - _LISTED} more")
    would = "would go" if is_plan else "went"
    going = counted(len(swept.contents), "content", "contents")
    lines.append(f"{going} {would}, {size_text(swept.bytes)} on disk")
    lines.append(
        f"{counted(swept.left, 'content', 'contents')} left, {size_text(swept.left_bytes)}"
    )
    if cleared.fingerprints:
        prints = counted(cleared.fingerprints, "fingerprint", "fingerprints")
        size = size_text(cleared.fingerprint_bytes)
        lines.append(f"{prints} of tables that nothing needs {would}, {size}")
    if cleared.going_on:
        runs = counted(cleared.going_on, "run goes", "runs go")
        lines.append(f"{runs} on: what was kept since the first of them began is left alone")
    return lines


def _named(names: list[str]) -> str:
    if not names:
        return "in no record"
    more = f", and {counted(len(names) - 1, 'other name', 'other names')}" if names[1:] else ""
    return shorten(names[0], 60) + more
