"""Somebody did the run again that made it, and it came to the same.

Looked at is the latest verdict of `whence reproduce` on the thing, its model or the run that made
it. `at-least` names the weakest answer that passes. It is unknown where nobody has tried.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort

STANDINGS = (
    "identical bytes",
    "same",
    "same within measured noise",
    "diverged",
    "impossible",
)
"""Best first, as ``reproduction.interface.Standing`` has them."""

OPTIONS = (
    Option(
        "at-least",
        Sort.TEXT,
        "the weakest verdict that passes",
        "same within measured noise",
        choices=STANDINGS[:3],
    ),
    Option("days", Sort.COUNT, "how old the verdict may be; any age if not given"),
)


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer: what doing it again came to, the last time."""
    found = []
    for handle in dict.fromkeys((case.handle, *case.models, *case.makers)):
        found += [
            (str(told.get("at")), handle, told)
            for told in case.account(handle).said("verdict").values()
            if told.get("standing") in STANDINGS
        ]
    if not found:
        yield case.unknown(
            "nobody has done it again", remedy=f"`whence reproduce {case.node.name}`"
        )
        return
    at, handle, told = max(found, key=lambda each: each[0])
    standing, least = str(told["standing"]), asked.text("at-least")
    ids = {"standing": standing, "verdict": str(told.get("verdict", ""))}
    days = asked.count("days")
    if days is not None and _age(at, case.now) > timedelta(days=days):
        yield case.failed(
            f"it was done again on {at[:10]}, more than {days} days ago",
            handle,
            remedy=f"`whence reproduce {case.node.name}`",
        )
    if STANDINGS.index(standing) <= STANDINGS.index(least):
        yield case.passed(f"done again on {at[:10]}: {standing}", handle, **ids)
    else:
        yield case.failed(
            f"done again on {at[:10]}: {standing} ({told.get('why', 'no reason told')}); "
            f"{least} is asked for",
            handle,
            remedy="`whence attribute` finds what made the difference",
            **ids,
        )


def _age(at: str, now: str) -> timedelta:
    return datetime.fromisoformat(now) - datetime.fromisoformat(at)
