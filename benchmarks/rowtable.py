"""What every benchmark gives back, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table that ``make bench`` writes."""

    what: str
    measured: str
    limit: str
    ok: bool | None
    """``None`` for what has no limit, such as a peer."""


def print_rows(rows: Iterable[Row]) -> None:
    """Write a Markdown table."""
    print("| what | measured | limit | |")
    print("|---|---|---|---|")
    for row in rows:
        verdict = {True: "ok", False: "**missed**", None: ""}[row.ok]
        print(f"| {row.what} | {row.measured} | {row.limit} | {verdict} |")
