"""From a session and what a tracer saw to one observation of the run.

Everything that touches the machine is asked of an ``Instruments`` value, so that this can be
followed and tested without a process.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from whence.capture.again import repeat_of
from whence.capture.agent.reports import Telling
from whence.capture.course import execution_of, state_of, unknown_end
from whence.capture.folders import fold
from whence.capture.interface import Activity, FileAccess, Mode
from whence.capture.legible import legible
from whence.capture.mined.mining import mine, with_cards
from whence.capture.parts.programs import is_python, worker_of
from whence.capture.semantics.beyond import look_beyond
from whence.capture.semantics.executed import read_executed
from whence.capture.semantics.pools import read_pools
from whence.capture.semantics.sources import named_modules, read_sources
from whence.capture.semantics.understanding import Understood, understand
from whence.capture.session import Session
from whence.capture.sorting import Part, sort_activity
from whence.capture.stated import read_statements
from whence.capture.tracked import add_tracked, contents_among, without_bookkeeping
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.recording.observation import (
    ActorSeen,
    CodeFile,
    CodeSeen,
    FileSeen,
    Member,
    RunSeen,
)
from whence.recording.redact import redact_argv
from whence.recording.resolve import manifest_digest

PROCESSES_TOLD = 200
"""How many processes a record lists one by one."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, or why that is unknown."""

    sha256: str | None
    size: int | None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a run beside its files."""

    environment: Mapping[str, Any]
    environment_name: str
    imports: tuple[str, ...]
    interpreters: tuple[str, ...]
    """Where the Pythons that ran lie."""
    hardware: Mapping[str, Any]
    actors: tuple[ActorSeen, ...]
    observers: tuple[Mapping[str, Any], ...]
    loaded: frozenset[str]
    """Source files that in-process agents saw being loaded."""
    agents: frozenset[int]
    """Processes with an agent inside."""
    forked: frozenset[int]
    """Those of them that have it from their parent alone."""
    gaps: tuple[Gap, ...]
    told: tuple[Telling, ...] = ()
    """What hooks inside the processes told."""
    executed: tuple[Telling, ...] = ()
    """What processes told of their sources' running."""
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Modules that were loaded, by their top-level names → the packages that they come from."""
    written: frozenset[str] = frozenset()
    """Files that the parts of this command wrote for one another: data, whatever their form."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """The variables that the program was given, all of them; told by name alone where asked for."""


class Instruments(Protocol):
    """What observing needs of the machine."""

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""

    def location_of(self, path: str) -> str:
        """The path as a URI."""

    def contents(self, accesses: Sequence[FileAccess]) -> list[Content]:
        """What these files held when they were read, or hold now that they are written."""

    def parameters(
        self, command: Sequence[str], configs: Mapping[str, FileAccess]
    ) -> tuple[dict[str, Any], list[Gap]]:
        """What steered the run: words of the command, values in configuration files."""

    def results(self, files: Mapping[str, FileAccess]) -> dict[str, Any]:
        """Metrics in the small result files that a run wrote."""

    def table(self, access: FileAccess, sha256: str) -> tuple[dict[str, Any], Gap | None]:
        """Facts of a table, empty where the file is none; its fingerprint is kept on the way."""

    def source(self, path: str) -> str | None:
        """The text of a source file; ``None`` where it cannot be read or is too long."""

    def peek(self, path: str, limit: int) -> bytes | None:
        """A file as it lies there now; ``None`` where it cannot be read or is longer."""

    def keep_rows(self, digest: str, sketch: bytes) -> None:
        """Keep a sketch of rows that reached a step."""

    def keep_text(self, access: FileAccess, sha256: str) -> None:
        """Keep a source or configuration file as it ran."""


def observe(
    session: Session,
    activity: Activity,
    surroundings: Surroundings,
    instruments: Instruments,
) -> RunSeen:
    """All that is known of a run that has ended, in the words of the recording room."""
    return _Observer(session, activity, surroundings, instruments).observe()


class _Observer:
    def __init__(
        self,
        session: Session,
        activity: Activity,
        surroundings: Surroundings,
        instruments: Instruments,
    ) -> None:
        self._session = session
        self._activity = activity
        self._around = surroundings
        self._tools = instruments
        self._gaps: list[Gap] = [*activity.gaps, *surroundings.gaps]

    def observe(self) -> RunSeen:
        start, end = self._session.start, self._session.end()
        around = self._around
        stated = read_statements(self._session.declarations(), self._tools)
        replaced = {each.pid for each in self._activity.processes if each.executable}
        agents = around.agents - (around.forked & replaced)
        sorted_ = sort_activity(self._activity, around.loaded, agents=agents)
        parameters, gaps = self._tools.parameters(start["command"], self._configs(sorted_.inputs))
        self._gaps += gaps
        variables = start.get("variables") or {}
        told = without_bookkeeping(around.told)
        inside = understand(told, parameters, variables, self._tools)
        self._gaps += inside.gaps
        for digest, sketch in inside.sketches.items():
            self._tools.keep_rows(digest, sketch)
        used = self._files(sorted_.inputs, inside)
        generated = self._files(sorted_.outputs, inside)
        kept = contents_among(sorted_.tracking, told)
        used += self._folders(kept.read, inside)
        generated += self._folders(kept.written, inside)
        used, generated = with_cards(used, generated, sorted_, self._tools)
        beyond = look_beyond(told, used, generated, self._tools.location_of)
        used, generated = beyond.used, beyond.generated
        self._gaps += beyond.gaps
        self._gaps += [Gap(**each) for each in (start.get("code") or {}).get("gaps", ())]
        code = self._code(self._own_code(sorted_.code), start.get("code") or {})
        texts = self._texts(code)
        results = self._tools.results(
            {
                self._tools.name_of(part.access.path): part.access
                for part in sorted_.outputs
                if part.kind is NodeKind.EVALUATION
            }
        )
        inferred = {"metrics": results, **self._inferred(texts, inside)}
        if end is None:
            self._gaps.append(unknown_end())
        self._gaps += stated.contradictions(used + generated)
        seen = RunSeen(
            id=self._session.id,
            job=start["job"],
            state=state_of(end),
            started_at=start["started_at"],
            ended_at=None if end is None else end.get("ended_at"),
            source=start["source"],
            exit_status=None if end is None else end.get("exit_status"),
            signal=None if end is None else end.get("signal"),
            execution=execution_of(start, end) | _told("interpreters", around.interpreters),
            actors=around.actors,
            used=(*used, *stated.used),
            generated=(*generated, *stated.generated),
            code=code,
            environment=around.environment,
            environment_name=around.environment_name,
            imports=around.imports,
            named_imports=self._named_imports(texts),
            hardware=around.hardware,
            parameters=inside.parameters,
            metrics=inside.metrics,
            seeds=inside.seeds,
            steps=inside.steps,
            executed=read_executed(around.executed, self._tools.name_of, self._untold(agents)),
            flows=(*inside.flows, *beyond.flows),
            cells=inside.cells,
            calls=beyond.calls,
            queries=beyond.queries,
            declared=stated.facets,
            inferred={name: said for name, said in inferred.items() if said},
            tags=start.get("tags") or {},
            observers=around.observers,
            processes=self._processes(),
            pools=tuple(read_pools(around.told)),
            gaps=tuple(dict.fromkeys(self._gaps)),
            parent=NodeId(start["parent"]) if start.get("parent") else None,
            parent_job=start.get("parent_job") or "",
            repeat=repeat_of(start, around.told),
        )
        left = (*sorted_.tracking, *(part.access for part in sorted_.outputs))
        mined = mine(left, told, self._tools.peek)
        return add_tracked(seen, told, self._tools, mined)

    def _untold(self, agents: frozenset[int]) -> list[str]:
        """Why sources may have run of which nobody tells."""
        silent = [
            each
            for each in self._activity.processes
            if is_python(each.argv) and each.pid not in agents
        ]
        return ["a Python ran that tells nothing of itself"] if silent else []

    # ----------------------------------------------------------------- files

    def _configs(self, inputs: Sequence[Part]) -> dict[str, FileAccess]:
        """Inputs that may hold parameters."""
        return {
            self._tools.name_of(part.access.path): part.access
            for part in inputs
            if (part.kind is NodeKind.CONFIG or part.access.path.endswith(".json"))
            and part.access.path not in self._around.written
        }

    def _own_code(self, seen: Sequence[FileAccess]) -> list[FileAccess]:
        """The code that ran, without the commands that packages install beside an interpreter."""
        installed = {os.path.dirname(each) for each in self._around.interpreters}
        return [
            each
            for each in (*seen, *self._loaded_unseen())
            if os.path.dirname(each.path) not in installed
        ]

    def _loaded_unseen(self) -> list[FileAccess]:
        """Source that was loaded as code and that no tracer saw being opened."""
        opened = {access.path for access in self._activity.reads}
        return [
            FileAccess(path, Mode.READ, None, 0) for path in sorted(self._around.loaded - opened)
        ]

    def _files(self, parts: Sequence[Part], inside: Understood) -> tuple[FileSeen, ...]:
        """Files one by one, and folders of many as one thing each."""
        by_path = {part.access.path: part for part in parts}
        contents = dict(
            zip(by_path, self._tools.contents([part.access for part in parts]), strict=True)
        )
        seen = []
        for place, paths in fold(by_path).items():
            if paths == (place,):
                seen.append(self._file(by_path[place], contents[place], inside))
            else:
                seen.append(self._folder(place, [by_path[path] for path in paths], contents))
        return tuple(seen)

    def _file(self, part: Part, content: Content, inside: Understood) -> FileSeen:
        access = part.access
        table: dict[str, Any] = {}
        if content.sha256 is not None:
            table, gap = self._tools.table(access, content.sha256)
            if gap is not None:
                self._gaps.append(gap)
            if part.kind is NodeKind.CONFIG:
                self._tools.keep_text(access, content.sha256)
        location = self._tools.location_of(access.path)
        model = inside.models.get(location) if access.mode is not Mode.READ else None
        return FileSeen(
            name=self._tools.name_of(access.path),
            location=location,
            kind=NodeKind.MODEL if model else part.kind,
            role=part.role,
            sha256=content.sha256,
            size=content.size,
            aliases=tuple(self._tools.name_of(each) for each in access.aliases),
            table=table,
            gap=content.gap,
            facets={"model": model} if model else {},
        )

    def _folders(
        self, folders: Mapping[str, Sequence[Part]], inside: Understood
    ) -> tuple[FileSeen, ...]:
        """Folders, or files, that are one thing each, whatever lies in them."""
        found = []
        for place, parts in folders.items():
            paths = [part.access.path for part in parts]
            told = self._tools.contents([part.access for part in parts])
            if paths == [place]:
                found.append(self._file(parts[0], told[0], inside))
            else:
                found.append(self._folder(place, parts, dict(zip(paths, told, strict=True))))
        return tuple(found)

    def _folder(
        self, folder: str, parts: Sequence[Part], contents: Mapping[str, Content]
    ) -> FileSeen:
        members, unknown = [], []
        for part in parts:
            content = contents[part.access.path]
            below = self._tools.name_of(part.access.path)
            inside = below.removeprefix(self._tools.name_of(folder) + "/")
            if content.sha256 is None or content.size is None:
                unknown.append(inside)
            else:
                members.append(Member(inside, content.size, content.sha256))
        gap = None
        if unknown:
            gap = Gap(
                "content-unknown",
                self._tools.name_of(folder),
                f"{len(unknown)} of {len(parts)} files could not be read, {unknown[0]} among them",
            )
        return FileSeen(
            name=self._tools.name_of(folder),
            location=self._tools.location_of(folder),
            kind=parts[0].kind,
            role=parts[0].role,
            sha256=manifest_digest(members),
            size=sum(member.size for member in members),
            members=tuple(sorted(members, key=lambda each: each.path)),
            gap=gap,
        )

    def _inferred(self, texts: Mapping[str, str], inside: Understood) -> dict[str, dict[str, Any]]:
        """What the source says beside all that was seen."""
        parameters, seeds = read_sources(texts, self._around.environ)
        return {
            "parameters": {k: v for k, v in parameters.items() if k not in inside.parameters},
            "seeds": {k: v for k, v in seeds.items() if k not in inside.seeds},
        }

    def _named_imports(self, texts: Mapping[str, str]) -> tuple[str, ...] | None:
        """The packages that the sources import by name."""
        owners = self._around.owners
        found = (owners.get(name, frozenset()) for name in named_modules(texts.values()))
        return tuple(sorted({name for names in found for name in names})) if texts else None

    def _texts(self, code: CodeSeen | None) -> dict[str, str]:
        """Python source that ran, by the name of its file."""
        names = [each.name for each in code.files if each.name.endswith(".py")] if code else []
        texts = {name: self._tools.source(name) for name in names}
        return {name: text for name, text in texts.items() if text is not None}

    def _code(self, accesses: Sequence[FileAccess], state: Mapping[str, Any]) -> CodeSeen | None:
        files = []
        untracked = set(state.get("untracked") or ())
        known = bool(state.get("commit"))
        for access, content in zip(accesses, self._tools.contents(accesses), strict=True):
            name = self._tools.name_of(access.path)
            if content.sha256 is None or content.size is None:
                reason = content.gap.reason if content.gap else "it could not be read"
                self._gaps.append(Gap("code-unknown", name, reason))
                continue
            self._tools.keep_text(access, content.sha256)
            files.append(
                CodeFile(
                    name,
                    self._tools.location_of(access.path),
                    content.sha256,
                    content.size,
                    tracked=known and name not in untracked and not name.startswith("/"),
                )
            )
        if not files and not state:
            self._gaps.append(
                Gap("code-unknown", "code", "no source file was seen, and there is no repository")
            )
            return None
        return CodeSeen(tuple(sorted(files, key=lambda each: each.name)), state)

    def _processes(self) -> tuple[dict[str, Any], ...]:
        processes = self._activity.processes
        if len(processes) > PROCESSES_TOLD:
            self._gaps.append(
                Gap("truncated", "processes", f"{len(processes)} ran, {PROCESSES_TOLD} are listed")
            )
        return tuple(
            {
                "pid": each.pid,
                "parent": each.parent,
                "executable": legible(each.executable),
                "argv": [legible(word) for word in redact_argv(each.argv[:50])],
                **({"worker": worker} if (worker := worker_of(each.argv)) else {}),
            }
            for each in processes[:PROCESSES_TOLD]
        )


def _told(name: str, values: Sequence[str]) -> dict[str, Any]:
    return {name: list(values)} if values else {}
