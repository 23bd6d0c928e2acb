"""Rows of what a run asked of databases and services, for ``whence show``."""

from collections.abc import Mapping, Sequence
from typing import Any

from whence.cli.render.text import printable, shorten
from whence.drawing.figures import counted

_WIDEST = 90


def query_rows(queries: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Database, statement, rows, and how often."""
    return [
        (
            shorten(printable(str(each["database"])), 50),
            shorten(printable(each["statement"]), _WIDEST),
            counted(each["rows"], "row", "rows") if "rows" in each else "",
            f"{each['times']:,} times" if "times" in each else "",
        )
        for each in queries
    ]


def call_rows(calls: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Service, by which method, and how often."""
    return [
        (
            printable(str(each["uri"])),
            printable(str(each["method"])),
            counted(each["count"], "call", "calls"),
        )
        for each in calls
    ]


def state_of(met: Mapping[str, Any]) -> str:
    """What is known of a content that has no digest."""
    remote = met.get("remote") or {}
    for name in ("version", "etag"):
        if remote.get(name):
            return f"{name} {printable(str(remote[name]))[:17]}"
    return "content unknown"
