"""Rows of what other trackers keep of a run, for ``whence show``."""

from collections.abc import Mapping, Sequence
from typing import Any

from whence.cli.render.text import printable, shorten

_WIDEST = 60


def link_rows(links: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """System, name, id, and where to find it."""
    return [
        (
            printable(str(each.get("system") or "")),
            shorten(printable(str(each.get("name") or "")), _WIDEST),
            shorten(printable(str(each.get("id") or "")), _WIDEST),
            printable(str(each.get("uri") or "")),
        )
        for each in links
    ]


def thing_rows(things: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """System, what it is there, under which name, and which file that is here."""
    return [
        (
            printable(str(each.get("system") or "")),
            printable(str(each.get("form") or "")),
            shorten(printable(_called(each)), _WIDEST),
            shorten(printable(_place(each)), _WIDEST),
        )
        for each in things
    ]


def _called(thing: Mapping[str, Any]) -> str:
    name = str(thing.get("name") or "")
    if thing.get("alias"):
        return f"{name}@{thing['alias']} → {thing.get('version', '')}"
    return f"{name} v{thing['version']}" if thing.get("version") else name


def _place(thing: Mapping[str, Any]) -> str:
    files = thing.get("files") or ()
    return ", ".join(files) or str(thing.get("path") or thing.get("uri") or "")
