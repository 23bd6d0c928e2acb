"""Each content that a file had while a run went on: who of the run made it, and who used it.

A new content begins where another process writes a file, or where its maker writes on after
somebody else has read it. So nothing is ever used before it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from whence.capture.interface import Event, Identity


@dataclass(slots=True)
class Use:
    """That a process used a content."""

    at: int
    pid: int
    aliases: set[str] = field(default_factory=set)
    changed: bool = False
    """Whether it went on to change it in place."""


@dataclass(slots=True)
class Version:
    """One content of one file."""

    path: str
    """What it was called when it was used, or last, if nobody did."""
    maker: int | None
    """The process that made it; ``None`` for what was there before the run."""
    at: int
    pid: int = 0
    users: dict[int, Use] = field(default_factory=dict)
    """By process: everyone but its maker."""
    kept: str = ""
    """``sha256:…``, or ``lost:…`` and why, once it was overwritten or removed."""
    state: Identity | None = None
    """As it was then."""
    stands: bool = False
    """Whether it is what its path held at the end."""
    lies: str = ""
    """Where its content lies at the end, if it was moved there; empty if nowhere known."""


def follow(events: Sequence[Event], doers: Sequence[int]) -> list[Version]:
    """All contents of a run, in the order in which they were met.

    Args:
        events: What was seen, in the order in which it happened.
        doers: For each event, the key of the process that did it.
    """
    follower = _Follower()
    for event, doer in zip(events, doers, strict=True):
        follower.take(event, doer)
    return follower.finish()


class _Follower:
    def __init__(self) -> None:
        self._all: list[Version] = []
        self._now: dict[str, Version] = {}
        self._moved: dict[int, Version] = {}
        """The version that a move made → the one whose content it has."""

    def take(self, event: Event, doer: int) -> None:
        """Go on by one event."""
        kind, pid, at, path, other, stat, detail = event
        match kind:
            case "read":
                self._use(path, doer, pid, at, other)
            case "exec" if detail != "environment":
                self._use(path, doer, pid, at, detail)
            case "write":
                held = stat is not None and stat[2] > 0
                self._write(path, doer, pid, at, other, keeps=held and "t" not in detail)
            case "move":
                self._move(event, doer)
            case "link":
                self._copy(path, other, doer, pid, at)
            case "delete":
                self._now.pop(path, None)
            case "secure" if detail.startswith("made:") and path in self._now:
                self._now[path].kept = detail.removeprefix("made:")
                self._now[path].state = None if stat is None else Identity._make(stat)

    def _meet(self, path: str, at: int) -> Version:
        known = self._now.get(path)
        return known if known is not None else self._begin(path, None, at, 0)

    def _begin(self, path: str, maker: int | None, at: int, pid: int) -> Version:
        made = self._now[path] = Version(path, maker, at, pid)
        self._all.append(made)
        return made

    def _use(self, path: str, doer: int, pid: int, at: int, alias: str) -> Version:
        version = self._meet(path, at)
        if version.maker != doer:
            use = version.users.setdefault(doer, Use(at, pid))
            if alias:
                use.aliases.add(alias)
        return version

    def _write(self, path: str, doer: int, pid: int, at: int, alias: str, *, keeps: bool) -> None:
        known = self._now.get(path)
        if known is not None and known.maker == doer and not known.users:
            if id(known) in self._moved:
                self._begin(path, doer, at, pid)
            return
        if keeps:
            used = self._use(path, doer, pid, at, alias)
            if doer in used.users:
                used.users[doer].changed = True
        self._begin(path, doer, at, pid)

    def _copy(self, path: str, target: str, doer: int, pid: int, at: int) -> None:
        used = self._use(path, doer, pid, at, "")
        self._moved[id(self._begin(target, doer, at, pid))] = used

    def _move(self, event: Event, doer: int) -> None:
        _, pid, at, path, target, _, detail = event
        if detail == "d":
            below = path + "/"
            for each in [one for one in self._now if one.startswith(below)]:
                self._rename(each, target + each[len(path) :], doer, pid, at)
        elif detail == "x":
            first, second = self._now.pop(path, None), self._now.pop(target, None)
            for version, name, old in ((first, target, path), (second, path, target)):
                if version is not None:
                    self._now[old] = version
                self._rename(old, f"{name}\0", doer, pid, at)
            for name in (path, target):
                self._now[name] = self._now.pop(f"{name}\0")
                self._now[name].path = name
        else:
            self._rename(path, target, doer, pid, at)

    def _rename(self, path: str, target: str, doer: int, pid: int, at: int) -> None:
        version = self._meet(path, at)
        if version.maker == doer and not version.users:
            del self._now[path]
            version.path = target
            self._now[target] = version
            return
        self._copy(path, target, doer, pid, at)
        self._now.pop(path, None)

    def finish(self) -> list[Version]:
        """All of them, with where each lies at the end."""
        for path, version in self._now.items():
            version.stands = True
            version.lies = path
        for version in reversed(self._all):
            source = self._moved.get(id(version))
            if source is not None and not source.lies:
                source.lies = version.lies
                source.kept = source.kept or version.kept
        return self._all
