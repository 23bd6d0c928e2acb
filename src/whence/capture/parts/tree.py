"""The processes of a run, from the events of a tracer and the reports of agents.

A process that starts a program after it had children, as the last command of ``sh -c`` does, goes
on as a node of its own: what it did since its last child began belongs to that program.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whence.capture.interface import Event
from whence.capture.tracers.events import split_argv, split_streams


@dataclass(frozen=True, slots=True)
class AgentSeen:
    """A Python process as its agent introduced it."""

    pid: int
    parent: int
    at: int
    """When, in nanoseconds since 1970."""
    executable: str = ""
    argv: tuple[str, ...] = ()
    """Empty for a fork."""
    ended_at: int | None = None
    rank: Mapping[str, Any] = field(default_factory=dict)
    """``rank``, ``world_size``, ``local_rank`` of one of several that do one thing together."""


@dataclass(slots=True)
class Process:
    """One node of the tree."""

    key: int
    pid: int
    parent: int | None
    """The key of the process that it came from; ``None`` for the command itself."""
    started_at: int
    executable: str = ""
    argv: tuple[str, ...] = ()
    folder: str = ""
    streams: Mapping[int, str] = field(default_factory=dict)
    ended_at: int | None = None
    exit_status: int | None = None
    agent: bool = False
    rank: Mapping[str, Any] = field(default_factory=dict)
    children: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Tree:
    """All of them."""

    nodes: list[Process] = field(default_factory=list)
    """By key, which counts up from 0: the command itself."""
    doers: list[int] = field(default_factory=list)
    """For each event, the key of the process that did it."""
    _numbered: dict[int, list[Process]] = field(default_factory=dict)

    def find(self, pid: int, at: int) -> Process | None:
        """The process that had a number at a moment."""
        found = None
        for node in self._numbered.get(pid, ()):
            if found is None or node.started_at <= at:
                found = node
        return found

    def add(self, pid: int, parent: int | None, at: int) -> Process:
        """Put in a process."""
        made = Process(len(self.nodes), pid, parent, at)
        self.nodes.append(made)
        self._numbered.setdefault(pid, []).append(made)
        if parent is not None:
            self.nodes[parent].children.append(made.key)
        return made

    def below(self, key: int) -> list[int]:
        """A process and all that came from it."""
        found = [key]
        for each in found:
            found += self.nodes[each].children
        return found


def grow(events: Sequence[Event], agents: Iterable[AgentSeen], command: Sequence[str]) -> Tree:
    """Put the processes of a run together.

    Args:
        events: What a tracer saw, in the order in which it happened.
        agents: What agents inside Python processes told of these.
        command: What the user started, for where nobody saw it start.
    """
    gardener = _Gardener(agents)
    for event in events:
        gardener.take(event)
    tree = gardener.finish()
    if not tree.nodes[0].argv:
        tree.nodes[0].argv = tuple(command)
    return tree


class _Gardener:
    def __init__(self, agents: Iterable[AgentSeen]) -> None:
        self._tree = Tree()
        self._now: dict[int, Process] = {}
        self._scenes: dict[int, Event] = {}
        self._did: dict[int, list[int]] = {}
        """Process → the events of it since its last child began."""
        self._opened: dict[tuple[int, str, str], int] = {}
        """Process, what it did, path → the event at which it did so last."""
        self._heirs: dict[int, set[int]] = {}
        """That event → the programs that were started with the file as a standard stream."""
        self._agents: dict[int, list[AgentSeen]] = {}
        for agent in sorted(agents, key=lambda each: each.at):
            self._agents.setdefault(agent.pid, []).append(agent)

    def take(self, event: Event) -> None:
        """Go on by one event."""
        kind, pid = event[0], event[1]
        if kind == "start" and pid not in self._now:
            self._start(pid, int(event[6]), event[2])
        node = self._doer(event)
        if kind == "scene":
            self._scenes[pid] = event
        elif kind == "exec" and node is not None:
            node = self._execute(node, event)
        elif kind == "end" and node is not None and node.pid == pid:
            node.ended_at, node.exit_status = event[2], int(event[6])
            self._now.pop(pid, None)
        if node is not None:
            if node.argv:
                self._did.setdefault(node.key, []).append(len(self._tree.doers))
            if kind in {"read", "write"}:
                self._opened[node.key, kind, event[3]] = len(self._tree.doers)
        self._tree.doers.append(0 if node is None else node.key)

    def _doer(self, event: Event) -> Process | None:
        """Who did it; what nobody else is known for, the command did."""
        pid = event[1]
        node = self._now.get(pid)
        if node is None and pid in self._agents:
            node = self._introduce(pid, event[2])
        if node is None and self._tree.nodes:
            node = self._tree.nodes[0]
        return node

    def _start(self, pid: int, parent: int, at: int) -> Process:
        above = self._now.get(parent)
        key = above.key if above else 0 if self._tree.nodes else None
        if key is not None:
            self._did.pop(key, None)
        made = self._now[pid] = self._tree.add(pid, key, at)
        return made

    def _introduce(self, pid: int, at: int) -> Process:
        """Put in a process that only its agent tells of, and whoever started it."""
        told = self._agents[pid]
        agent = next((each for each in reversed(told) if each.at <= at), told[0])
        if agent.parent not in self._now and agent.parent in self._agents:
            self._introduce(agent.parent, agent.at)
        return self._start(pid, agent.parent, agent.at)

    def _execute(self, node: Process, event: Event) -> Process:
        if node.argv and node.children:
            since = self._did.pop(node.key, [])
            last = self._tree.nodes[node.children[-1]]
            node.ended_at = last.ended_at or event[2]
            node = self._now[node.pid] = self._tree.add(node.pid, node.key, event[2])
            for at in since:
                self._tree.doers[at] = node.key
        node.executable, node.argv = event[3], split_argv(event[4])
        scene = self._scenes.pop(node.pid, None)
        if scene is not None:
            node.folder, node.streams = scene[3], split_streams(scene[6])
            self._inherit(node)
        return node

    def _inherit(self, node: Process) -> None:
        """What a shell opened as a program's standard stream, that program opened."""
        if node.parent is None:
            return
        above = self._tree.nodes[node.parent]
        for number, path in node.streams.items():
            at = self._opened.get((above.key, "write" if number else "read", path))
            if at is not None and path not in above.streams.values():
                self._heirs.setdefault(at, set()).add(node.key)

    def finish(self) -> Tree:
        """The tree, with what the agents tell of its processes."""
        tree = self._tree
        for at, heirs in self._heirs.items():
            if len(heirs) == 1:
                (tree.doers[at],) = heirs
        if not tree.nodes:
            tree.add(0, None, 0)
        for pid, told in self._agents.items():
            for agent in told:
                node = tree.find(pid, agent.at) or self._introduce(pid, agent.at)
                node.agent = True
                node.rank = node.rank or agent.rank
                if not node.argv and agent.argv:
                    node.executable, node.argv = agent.executable, agent.argv
                node.ended_at = node.ended_at or agent.ended_at
        return tree
