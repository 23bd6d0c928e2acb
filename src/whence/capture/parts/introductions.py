"""Python processes as their agents introduce them."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from whence.capture.agent.reports import Line
from whence.capture.parts.tree import AgentSeen


def introductions(lines: Iterable[Line]) -> list[AgentSeen]:
    """One for each interpreter that started and each fork of it; what is malformed is left out."""
    found: dict[tuple[int, int], AgentSeen] = {}
    for line in lines:
        with suppress(KeyError, TypeError, ValueError):
            _take(found, line)
    return list(found.values())


def _take(found: dict[tuple[int, int], AgentSeen], line: Line) -> None:
    key, told = (line.pid, line.since), line.told
    match told["event"]:
        case "interpreter" | "fork":
            found[key] = AgentSeen(
                pid=line.pid,
                parent=int(told["parent"]),
                at=int(told["at"]),
                executable=str(told.get("executable") or ""),
                argv=tuple(map(str, told.get("argv") or ())),
            )
        case "exit" if key in found:
            found[key] = replace(found[key], ended_at=int(told["at"]))
        case "part" if key in found and told.get("kind") == "rank":
            found[key] = replace(found[key], rank=_rank(told))


def _rank(told: dict[str, Any]) -> dict[str, Any]:
    names = ("rank", "world_size", "local_rank")
    return {name: told[name] for name in names if isinstance(told.get(name), int)}
