"""Reads what the agents inside a run's Python processes have reported."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from whence.capture.agent.points import POINTS, read_points


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python that ran, as it described itself."""

    version: str
    implementation: str
    executable: str
    prefix: str
    base_prefix: str
    path: tuple[str, ...]
    """``sys.path`` when it started."""
    flags: Mapping[str, int]
    argv: tuple[str, ...]
    """``sys.orig_argv``; empty before Python 3.10."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that a hook inside a process told; the forms are in ``capture.semantics``."""

    pid: int
    event: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reports:
    """Everything that the agents of one run have told."""

    interpreters: tuple[Interpreter, ...] = ()
    """Each that differs, by its first process."""
    processes: frozenset[int] = frozenset()
    """Processes with an agent inside."""
    forked: frozenset[int] = frozenset()
    """Those of them that are known by their fork alone; if they went on to start another program,
    the agent is gone."""
    sources: tuple[str, ...] = ()
    """Files outside the environment that were run as code, in order of first use."""
    imported: frozenset[str] = frozenset()
    """Top-level names of modules that are not in the standard library."""
    told: tuple[Telling, ...] = ()
    """What framework hooks told: process after process, in order of their start."""
    executed: tuple[Telling, ...] = ()
    """What processes told of their sources' running, with the forks among them."""


class Line(NamedTuple):
    """One line of an agent."""

    pid: int
    since: int
    """When its file was begun, in nanoseconds since 1970: soon after the process."""
    told: dict[str, Any]


@dataclass(slots=True)
class _Gathering:
    interpreters: dict[tuple[str, str], Interpreter] = field(default_factory=dict)
    interpreting: set[int] = field(default_factory=set)
    forked: set[int] = field(default_factory=set)
    sources: dict[str, None] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    told: list[Telling] = field(default_factory=list)
    executed: list[Telling] = field(default_factory=list)


def read_reports(session_dir: str) -> Reports:
    """Gather them; a torn last line, and any line of another form, is left out."""
    return gather(read_lines(session_dir))


def read_lines(session_dir: str) -> list[Line]:
    """All lines that are whole, process after process, in order of their start."""
    return list(_lines(Path(session_dir)))


def gather(lines: Iterable[Line]) -> Reports:
    """What lines tell together; those of another form are left out."""
    found = _Gathering()
    for pid, _, told in lines:
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            _take(pid, told, found)
    return Reports(
        tuple(found.interpreters.values()),
        frozenset(found.interpreting | found.forked),
        frozenset(found.forked - found.interpreting),
        tuple(found.sources),
        frozenset(found.imported),
        tuple(found.told),
        tuple(found.executed),
    )


def _lines(folder: Path) -> Iterator[Line]:
    # By start, so that the interpreter of the first process comes first.
    for path in sorted(folder.glob("*.ev"), key=lambda each: each.name.split(".")[1:]):
        with suppress(OSError, ValueError):
            pid, since = map(int, path.name.split(".")[:2])
            series: dict[int, dict[str, Any]] = {}
            for told in _told(path):
                if told.get("event") == "series":
                    series[told.pop("number", 0)] = {**told, "event": "metric"}
                else:
                    yield Line(pid, since, told)
            for number, point in read_points(path.with_suffix(POINTS)) if series else ():
                if number in series:
                    yield Line(pid, since, series[number] | point)


def _told(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines():
        with suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict):
                yield told


def _take(pid: int, told: dict[str, Any], found: _Gathering) -> None:
    match told["event"]:
        case "interpreter":
            found.interpreting.add(int(told["pid"]))
            made = Interpreter(
                version=str(told["version"]),
                implementation=str(told["implementation"]),
                executable=str(told["executable"]),
                prefix=str(told["prefix"]),
                base_prefix=str(told["base_prefix"]),
                path=tuple(map(str, told["path"])),
                flags={str(name): int(value) for name, value in told["flags"].items()},
                argv=tuple(map(str, told["argv"])),
            )
            found.interpreters.setdefault((made.executable, made.prefix), made)
        case "fork":
            found.forked.add(int(told["pid"]))
            found.told.append(Telling(pid, "fork", told))
            found.executed.append(Telling(pid, "fork", told))
        case "module":
            found.sources[str(told["file"])] = None
        case "imported":
            found.imported.update(map(str, told["names"]))
        case "executing" | "executed" as event:
            found.executed.append(Telling(pid, event, told))
        case "exit":
            pass
        case str(event):
            found.told.append(Telling(pid, event, told))
