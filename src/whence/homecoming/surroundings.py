"""Environment, hardware and people of a run."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whence.capture.again import root_of
from whence.capture.agent.reports import Line, Reports, gather, read_lines
from whence.capture.observe import Surroundings
from whence.capture.parts.introductions import introductions
from whence.capture.parts.tree import AgentSeen
from whence.capture.probes.actor import ActorFacts, read_actor
from whence.capture.probes.environment import KnownPackages, read_environment
from whence.capture.probes.hardware import read_hardware
from whence.capture.session import Session
from whence.capture.tracers.noise import own_folders
from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.recording.observation import ActorSeen


class Outlook:
    """What is known of a run beside its files, from its agents' reports and the machine."""

    def __init__(self, session: Session, *, late: bool = False) -> None:
        """Read the reports.

        Args:
            session: The run that has ended.
            late: Whether it ended some time ago, so that the machine may have changed since.
        """
        self._session = session
        self._late = late
        self.lines = read_lines(os.fspath(session.folder))
        self._packages: KnownPackages = {}
        self._hardware, self._gaps = read_hardware()
        if late:
            reason = "it was read some time after the run, whose recorder had been killed"
            self._gaps.append(Gap("environment-unknown", "environment", reason))
        self._actors = everybody(
            session.start.get("pipelines") or (), session.start.get("git_identity")
        )

    def agents(self) -> list[AgentSeen]:
        """Every Python process as it introduced itself."""
        return introductions(self.lines)

    def around(self, lines: Sequence[Line] | None = None) -> Surroundings:
        """What is known of the run, or of those of its processes that wrote these lines."""
        session = self._session
        reports = gather(self.lines if lines is None else lines)
        environment = read_environment(reports, self._packages)
        variables = session.start.get("variables")
        root = root_of(session.start) or str(Path(session.start.get("workspace", "/")).parent)
        own = tuple(folder + os.sep for folder in own_folders(os.fspath(session.folder), root))
        return Surroundings(
            environment=environment.facts() | ({"variables": variables} if variables else {}),
            environment_name=environment.name,
            imports=tuple(sorted(environment.imported)),
            owners=environment.owners,
            interpreters=tuple(each.executable for each in reports.interpreters),
            hardware=self._hardware,
            actors=self._actors,
            observers=(*session.start.get("observers", ()), *_inside(reports)),
            loaded=frozenset(reports.sources)
            - _typed(reports)
            - {path for path in reports.sources if path.startswith(own)},
            agents=reports.processes,
            forked=reports.forked,
            gaps=(*environment.gaps, *self._gaps),
            told=reports.told,
            executed=reports.executed,
            environ={} if self._late else os.environ,
        )


def who() -> ActorSeen:
    """The system's user who runs this process."""
    return _user(read_actor(git=""))


def everybody(
    pipelines: Sequence[Mapping[str, Any]], git: str | None = None
) -> tuple[ActorSeen, ...]:
    """All who are responsible for a run, each with how we know.

    The system's user is observed. Whom git takes them for is what somebody configured, and which
    pipeline it was, and who made it start, is what variables say: both are declared.

    Args:
        pipelines: What ``capture.probes.pipeline`` read when the run started.
        git: Whom git took the user for then; ``None`` where it was not asked.
    """
    actor = read_actor(git=git)
    found = [_user(actor)]
    if actor.git:
        found.append(ActorSeen(actor.git, "person", {"by": "git"}, Basis.DECLARED))
    for each in pipelines:
        name = f"{each['system']}:{each['job']}" if each["job"] else each["system"]
        facts = {"by": "environment variables", **each["facts"]}
        service = ActorSeen(name, "service", facts, Basis.DECLARED, acted_for=each["person"])
        found.append(service)
        if each["person"]:
            told = {"by": each["system"]}
            found.append(ActorSeen(each["person"], "person", told, Basis.DECLARED))
    unique = {(each.kind, each.name): each for each in reversed(found)}
    return tuple(reversed(unique.values()))


def _user(actor: ActorFacts) -> ActorSeen:
    return ActorSeen(actor.name, "person", {"uid": str(actor.uid)}, Basis.OBSERVED)


def _typed(reports: Reports) -> set[str]:
    """Names of source files that are cells of a notebook: there never were such files."""
    return {str(each.fields.get("file")) for each in reports.told if each.event == "cell"}


def _inside(reports: Reports) -> list[Mapping[str, Any]]:
    """The agents inside Python processes, where there were any."""
    if not reports.processes:
        return []
    told = {"name": "agent", "role": "modules", "active": True, "reason": ""}
    return [{**told, "processes": len(reports.processes)}]
