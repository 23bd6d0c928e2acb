"""A run that is divided: one observation for the command, and one for each of its parts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from whence.capture.classify import is_tracking, kind_written
from whence.capture.interface import Activity, FileAccess, ProcessSeen
from whence.capture.legible import legible
from whence.capture.naming import job_name
from whence.capture.observe import Content, Instruments, Surroundings, observe
from whence.capture.parts.division import Division, Part, divide, find_traces
from whence.capture.parts.programs import is_interpreter, worker_of
from whence.capture.parts.sharing import Share, share
from whence.capture.parts.tree import AgentSeen, Tree, grow
from whence.capture.parts.versions import Version, follow
from whence.capture.session import Session
from whence.capture.sorting import sort_activity
from whence.capture.tracers.noise import SYSTEM
from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.model.identity import NodeId, derived_id
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen, Flow, RunSeen
from whence.recording.redact import redact_argv

TEMPORARY = "temporary"
"""The role of a file that one part made for another, and that the run did not leave behind."""

_PASSED_ON = ("source", "host", "code", "variables", "observers", "workspace", "pipelines", "again")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Divided:
    """A run, and how it is divided."""

    activity: Activity
    """Of the whole."""
    tree: Tree
    versions: Sequence[Version]
    division: Division


def look_into(
    activity: Activity,
    around: Surroundings,
    agents: Sequence[AgentSeen],
    session: Session,
    recorded: Mapping[int, NodeId],
) -> Divided | None:
    """Tell the parts of a run; ``None`` where it is one thing.

    Args:
        activity: What was seen.
        around: What is known beside.
        agents: The Python processes.
        session: The run.
        recorded: Runs inside it that are recorded already, by the process that recorded them.
    """
    started = sum(1 for each in activity.processes if each.argv)
    if max(started, len(agents)) < 2 and not recorded:
        return None
    tree = grow(activity.events, agents, session.start["command"])
    sorted_ = sort_activity(activity, around.loaded, agents=around.agents)
    inputs = {each.access.path for each in sorted_.inputs if each.kind is not NodeKind.CODE}
    versions = follow(activity.events, tree.doers)
    traces = find_traces(
        versions,
        inputs,
        {each.access.path for each in sorted_.outputs},
        {node.key: recorded[node.pid] for node in tree.nodes if node.pid in recorded},
    )
    division = divide(tree, traces)
    return None if division is None else Divided(activity, tree, versions, division)


@dataclass(frozen=True, slots=True)
class PartSession(Session):
    """A part in the words of a session, made after its end."""

    ended: Mapping[str, Any] = field(default_factory=dict)
    whole: Session | None = None
    pids: frozenset[int] = frozenset()

    def end(self) -> Mapping[str, Any] | None:
        """How its lead program ended."""
        return self.ended

    def declarations(self, wanted: Callable[[int], bool] | None = None) -> Iterator[dict[str, Any]]:
        """What its own processes stated."""
        del wanted
        assert self.whole is not None
        return self.whole.declarations(self.pids.__contains__)


def observe_divided(
    session: Session,
    divided: Divided,
    surroundings: Sequence[Surroundings],
    instruments: Instruments,
) -> list[RunSeen]:
    """The run, and behind it those of its parts that are not recorded already.

    Args:
        session: The run.
        divided: What was seen of it, and how it is divided.
        surroundings: Of the run itself, and of each part in its order.
        instruments: What observing needs of the machine.
    """
    tools = _Remembering(instruments)
    shares = share(divided.activity, divided.versions, divided.tree, divided.division)
    runs: dict[int, RunSeen] = {}
    for place, (its, around) in enumerate(zip(shares, surroundings, strict=True)):
        part = divided.division.parts[place - 1] if place else None
        if part is not None and part.recorded is not None:
            continue
        seen = _observe_one(session, divided, part, its, around, tools)
        temporary = tuple(_temporary(each, tools) for each in _not_tracked(its.temporary))
        runs[place] = replace(seen, generated=_distinct((*seen.generated, *temporary)))
    runs = without_repeats(runs)
    recorded = {
        place: part.recorded
        for place, part in enumerate(divided.division.parts, start=1)
        if part.recorded is not None
    }
    return _Joiner(runs, recorded, shares, tools).join()


def _observe_one(
    session: Session,
    divided: Divided,
    part: Part | None,
    its: Share,
    around: Surroundings,
    tools: "_Remembering",
) -> RunSeen:
    place = divided.division.parts.index(part) + 1 if part else 0
    own = [node for node in divided.tree.nodes if divided.division.owners[node.key] == place]
    processes = tuple(
        ProcessSeen(
            each.pid,
            None if each.parent is None else divided.tree.nodes[each.parent].pid,
            each.started_at,
            each.executable,
            each.argv,
        )
        for each in own
    )
    activity = replace(its.activity(), processes=processes)
    if part is not None:
        alone = _session_of(session, part, frozenset(each.pid for each in own))
        steering = replace(tools, words=part.lead.argv if _is_steered(part) else part.lead.argv[:1])
        return _silent_of_code(part, observe(alone, activity, around, steering))
    gaps = divided.activity.gaps
    if divided.division.folded:
        reason = (
            f"{len(divided.division.parts) + divided.division.folded} steps ran; what the last "
            f"{divided.division.folded} did is said of the run itself"
        )
        gaps = (*gaps, Gap("truncated", "parts", reason))
    pids = {each.pid for each in divided.tree.nodes if divided.division.owners[each.key]}
    rest = PartSession(
        session.id,
        session.folder,
        session.start,
        ended=session.end() or {},
        whole=session,
        pids=frozenset({each.pid for each in own} - pids),
    )
    started = session if session.end() is None else rest
    return observe(started, replace(activity, gaps=gaps), around, tools)


def part_id(session: Session, part: Part) -> NodeId:
    """The id of a part: the same however often it is brought home."""
    lead = part.mains[0]
    return derived_id("part", session.id, str(lead.pid), str(lead.started_at))


def _session_of(session: Session, part: Part, pids: frozenset[int]) -> PartSession:
    lead = part.lead
    words = [[legible(word) for word in redact_argv(each.argv)] for each in part.mains]
    command = [word for at, each in enumerate(words) for word in (["|"] if at else []) + each]
    argv: Sequence[str] = lead.argv
    if not argv or worker_of(argv):  # a fork or worker that is a rank
        argv = command = list(session.start["command"])
    ends = [each.ended_at for each in part.mains]
    start = {
        **{name: session.start[name] for name in _PASSED_ON if name in session.start},
        "id": part_id(session, part),
        "job": job_name(argv),
        "command": command,
        "cwd": legible(lead.folder) or session.start.get("cwd"),
        "started_at": _stamp(min(each.started_at for each in part.mains)),
        "parent": session.id,
        "parent_job": session.start["job"],
        "pid": lead.pid,
        "executable": legible(lead.executable),
        **{name: value for name, value in lead.rank.items() if value is not None},
    }
    known = [each for each in ends if each is not None]
    return PartSession(
        part_id(session, part),
        session.folder,
        start,
        ended={
            "ended_at": _stamp(max(known)) if len(known) == len(ends) else None,
            "exit_status": part.mains[-1].exit_status,
        },
        whole=session,
        pids=pids,
    )


def _silent_of_code(part: Part, seen: RunSeen) -> RunSeen:
    """A tool of the system has no source of its own to miss; an end that nobody saw is a gap."""
    gaps = seen.gaps
    if not any(is_interpreter(each.argv) for each in part.mains):
        gaps = tuple(each for each in gaps if (each.kind, each.about) != ("code-unknown", "code"))
    if part.mains[-1].exit_status is None:
        reason = "it was killed, or how it ended was not seen"
        gaps = (*gaps, Gap("outcome-unknown", "run", reason))
    return replace(seen, gaps=gaps)


def _is_steered(part: Part) -> bool:
    """Whether its words are parameters: those of a tool of the system are not."""
    lead = part.lead
    return is_interpreter(lead.argv) or not lead.executable.startswith(SYSTEM)


def _stamp(nanoseconds: int) -> str:
    """A moment as records write it."""
    moment = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    return moment.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _not_tracked(accesses: Sequence[FileAccess]) -> list[FileAccess]:
    return [each for each in accesses if not is_tracking(each.path)]


def without_repeats(runs: Mapping[int, RunSeen]) -> dict[int, RunSeen]:
    """Ranks measure the same things; what the first of them tells, the others do not repeat."""
    ranks = {place: seen for place, seen in runs.items() if "rank" in seen.execution}
    if not ranks:
        return dict(runs)
    first = min(ranks.values(), key=lambda seen: seen.execution["rank"])
    kept = {
        place: replace(
            seen,
            metrics={
                name: told for name, told in seen.metrics.items() if name not in first.metrics
            },
        )
        for place, seen in ranks.items()
        if seen.execution["rank"] != first.execution["rank"]
    }
    return {**runs, **kept}


def _temporary(access: FileAccess, tools: "_Remembering") -> FileSeen:
    (content,) = tools.contents([access])
    return FileSeen(
        name=tools.name_of(access.path),
        location=tools.location_of(access.path),
        kind=kind_written(access.path),
        role=TEMPORARY,
        sha256=content.sha256,
        size=content.size,
        gap=content.gap,
    )


def _distinct(made: Sequence[FileSeen]) -> tuple[FileSeen, ...]:
    """Each content of each file once; what was left behind comes before what was temporary."""
    found: dict[tuple[str, str | None], FileSeen] = {}
    for each in made:
        found.setdefault((each.location, each.sha256), each)
    return tuple(found.values())


class _Joiner:
    """Tells for what a part used which other part made it, without making a circle.

    Nothing comes before its cause, and parts come from their run: so what a run itself read of its
    parts' making, and what two parts that ran side by side took from each other, is not a cause of
    the run or the part as a whole. What it wrote afterwards is derived from it, probably.
    """

    def __init__(
        self,
        runs: Mapping[int, RunSeen],
        recorded: Mapping[int, NodeId],
        shares: Sequence[Share],
        tools: Any,
    ) -> None:
        self._runs = dict(runs)
        self._recorded = recorded
        self._shares = shares
        self._tools = tools
        self._causes: dict[int, set[int]] = {
            place: {0} if place else set() for place in range(len(shares))
        }

    def join(self) -> list[RunSeen]:
        """All runs, the whole first, with what they used from one another."""
        made = {
            place: {(each.location, each.sha256): each for each in seen.generated}
            for place, seen in self._runs.items()
        }
        for place in list(self._runs):
            self._join_one(place, made)
        for place, run in self._recorded.items():
            self._hand(place, run, made)
        return list(self._runs.values())

    def _join_one(
        self, place: int, made: Mapping[int, Mapping[tuple[str, str | None], FileSeen]]
    ) -> None:
        seen = self._runs[place]
        makers = {
            self._tools.location_of(path): (maker, self._shares[place].reads[path].first_at)
            for path, maker in self._shares[place].makers.items()
        }
        used, met, flows = [], list(seen.met), list(seen.flows)
        for each in seen.used:
            maker, at = self._maker(each, makers)
            if maker is None:
                used.append(each)
                continue
            causal = self._may_come_from(place, maker)
            known = made.get(maker, {}).get((each.location, each.sha256))
            if known is not None:
                each = replace(each, maker=self._runs[maker].id, kind=known.kind)  # noqa: PLW2901
            if causal:
                self._causes[place].add(maker)
                used.append(each)
            elif known is not None:
                met.append(each)
                flows += self._derived(place, each, at)
        self._runs[place] = replace(seen, used=tuple(used), met=tuple(met), flows=tuple(flows))

    def _hand(
        self,
        place: int,
        run: NodeId,
        made: Mapping[int, Mapping[tuple[str, str | None], FileSeen]],
    ) -> None:
        """What parts made for a run that is recorded already, which cannot know who made it."""
        share = self._shares[place]
        for path, maker in share.makers.items():
            (content,) = self._tools.contents([share.reads[path]])
            known = made.get(maker, {}).get((self._tools.location_of(path), content.sha256))
            if known is not None and maker in self._runs:
                seen = self._runs[maker]
                self._runs[maker] = replace(seen, handed=(*seen.handed, (run, known)))

    def _maker(
        self, seen: FileSeen, makers: Mapping[str, tuple[int, int]]
    ) -> tuple[int | None, int]:
        if seen.location in makers:
            return makers[seen.location]
        inside = (makers.get(f"{seen.location}/{member.path}") for member in seen.members)
        return next((each for each in inside if each is not None), (None, 0))

    def _may_come_from(self, place: int, maker: int) -> bool:
        """Whether a part may be an effect of another: whether that is no effect of it."""
        front, met = [maker], {maker}
        while front:
            for cause in self._causes[front.pop()] - met:
                met.add(cause)
                front.append(cause)
        return place not in met

    def _derived(self, place: int, of: FileSeen, at: int) -> list[Flow]:
        """What a run wrote when it had read something, or before anyone used it: from there."""
        handed = {
            path for share in self._shares for path, maker in share.makers.items() if maker == place
        }
        return [
            Flow(
                self._tools.location_of(each.path),
                of.location,
                "computed",
                {"by": "read by the run that wrote it"},
                Basis.INFERRED,
            )
            for each in self._shares[place].writes.values()
            if each.first_at >= at or each.path not in handed
        ]


@dataclass(frozen=True)
class _Remembering:
    """Instruments that ask the machine once for what several parts ask."""

    _tools: Instruments
    words: Sequence[str] | None = None
    """The words that steer a part; those of its command if not given."""
    _contents: dict[tuple[Any, ...], Content] = field(default_factory=dict)
    _tables: dict[tuple[str, str], tuple[dict[str, Any], Gap | None]] = field(default_factory=dict)

    def contents(self, accesses: Sequence[FileAccess]) -> list[Content]:
        """What files held; a descriptor that is held open can be read once only."""
        keys = [(each.path, each.held, each.location, each.identity) for each in accesses]
        new = {
            key: each for key, each in zip(keys, accesses, strict=True) if key not in self._contents
        }
        told = self._tools.contents(list(new.values()))
        self._contents.update(zip(new, told, strict=True))
        return [self._contents[key] for key in keys]

    def parameters(
        self, command: Sequence[str], configs: Mapping[str, FileAccess]
    ) -> tuple[dict[str, Any], list[Gap]]:
        """What steered a part."""
        return self._tools.parameters(command if self.words is None else self.words, configs)

    def table(self, access: FileAccess, sha256: str) -> tuple[dict[str, Any], Gap | None]:
        """Facts of a table."""
        key = (access.path, sha256)
        if key not in self._tables:
            self._tables[key] = self._tools.table(access, sha256)
        return self._tables[key]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tools, name)
