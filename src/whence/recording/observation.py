"""What a probe, an importer, a client or a person may say of a run, before it is a record.

An observation knows nothing of the store: it names files by path and content. Which artifacts
those are, is found out in ``resolve``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.model.run import RunState

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a folder that counts as one thing."""

    path: str
    """Below the folder, with ``/``."""
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says of a file's content; what is left empty is not claimed."""

    source: str
    """Who says so: a tracker, or the name of the file that says it, such as a model card."""
    model: str = ""
    """Under which name it is a model."""
    version: str = ""
    """Which version of that model it is."""
    sha256: str = ""
    base: str = ""
    """The model that it was made from."""

    @property
    def key(self) -> str:
        """What tells it from the other claims on the same content."""
        return ":".join(filter(None, (self.source, self.model, self.version)))


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file, or a whole folder, that a run read or wrote."""

    name: str
    """How the workspace calls it: relative where it lies below, absolute elsewhere."""
    location: str
    """Where it was met, as a ``file:`` URI (RFC 8089)."""
    kind: NodeKind
    role: str
    """The part it played: ``input``, ``output``, ``config``, ``executable``, ``stdin`` …"""
    sha256: str | None
    """Its content as read, or as left behind; ``None`` where ``gap`` says why not."""
    size: int | None = None
    basis: Basis = Basis.OBSERVED
    aliases: tuple[str, ...] = ()
    """Further names under which the run met it, such as symbolic links."""
    members: tuple[Member, ...] = ()
    """The files of a folder; empty for a file."""
    table: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Facts of a table: ``rows`` and ``columns``; empty where it is none."""
    gap: Gap | None = None
    facets: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NOTHING)
    """What else is known of it: ``model``, ``remote``, ``query``."""
    claims: tuple[Claim, ...] = ()
    """What somebody says of its content, right or wrong."""
    maker: NodeId | None = None
    """The part of the same run that made it, where it is known to be that very artifact."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One way inside a run: content of one file went into another."""

    made: str
    """The location of a file that the run wrote."""
    of: str
    """The location of a file that it read, or wrote before."""
    relation: str
    """``computed``, ``trained``, ``fine-tuned``, ``quantized`` … as ``derived_from`` has it."""
    detail: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """``by`` what it went, which ``split`` of it …"""
    basis: Basis = Basis.OBSERVED


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A source file that a run really used."""

    name: str
    location: str
    sha256: str
    size: int
    tracked: bool
    """Whether git knew it when the run started."""


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """The code that ran."""

    files: tuple[CodeFile, ...]
    state: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """``commit``, ``branch``, ``remote``, ``dirty``, ``diff`` … as the code facet has them."""


@dataclass(frozen=True, slots=True)
class ActorSeen:
    """Who ran it."""

    name: str
    kind: str
    """``person``, ``service``, ``organization`` or ``ai-agent``."""
    detail: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    basis: Basis = Basis.OBSERVED
    acted_for: str = ""
    """The name of the person among the run's actors for whom this one acted."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """That a run does another one again, on purpose."""

    of: NodeId
    """The run that is done again."""
    id: str
    """What is said before the names of all that it makes, so that they stand for nothing else."""
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """``purpose``, ``reseed`` … as the reproduction facet has them."""
    known: Mapping[tuple[str, str], NodeId] = field(default_factory=lambda: _NOTHING)
    """Name and content of what it is given → the artifact that this is."""


@dataclass(frozen=True, slots=True)
class RunSeen:
    """One run, from start to end, as far as it is known."""

    id: NodeId
    job: str
    state: RunState
    started_at: str
    ended_at: str | None
    source: str
    """Who says so, such as ``whence-run/0.1.0``."""
    exit_status: int | None = None
    signal: str | None = None
    execution: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """``command``, ``cwd``, ``host``, ``pid`` … as the execution facet has them."""
    actors: tuple[ActorSeen, ...] = ()
    used: tuple[FileSeen, ...] = ()
    generated: tuple[FileSeen, ...] = ()
    met: tuple[FileSeen, ...] = ()
    """What it read of its parts' or a later run's making: no cause of the run, but ``flows`` may
    begin there."""
    handed: tuple[tuple[NodeId, FileSeen], ...] = ()
    """What it made for a run that was recorded before it, and which took it for its own find."""
    code: CodeSeen | None = None
    environment: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    environment_name: str = ""
    imports: tuple[str, ...] = ()
    """Names of the packages of which modules were loaded."""
    named_imports: tuple[str, ...] | None = None
    """Those of them that the run's own sources name; ``None`` where nobody looked."""
    hardware: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    parameters: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Name → ``{"value": …, "source": …}``."""
    declared: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NOTHING)
    """Facets that the program stated of itself: ``parameters``, ``metrics`` …"""
    imported: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NOTHING)
    """Facets from the records that other trackers keep, read after the run."""
    inferred: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NOTHING)
    """Facets that somebody concluded, such as metrics found in a file that the run wrote."""
    seeds: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    metrics: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    steps: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """What happened inside, as the steps facet has it."""
    executed: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Which functions and lines of its sources ran, as the executed facet has it."""
    flows: tuple[Flow, ...] = ()
    links: tuple[Mapping[str, Any], ...] = ()
    """Runs that other tools keep of this one: ``{"system", "id", "uri", …}``."""
    cells: tuple[Mapping[str, Any], ...] = ()
    """Cells of a notebook, in the order in which they were executed."""
    calls: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Services that were called, as the calls facet has it."""
    queries: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Statements sent to databases, as the queries facet has it."""
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    observers: tuple[Mapping[str, Any], ...] = ()
    """Each ``{"name", "role", "active", "reason"}``."""
    processes: tuple[Mapping[str, Any], ...] = ()
    pools: tuple[Mapping[str, Any], ...] = ()
    """Workers that it kept: each ``{"of", "workers", "tasks"}``."""
    gaps: tuple[Gap, ...] = ()
    parent: NodeId | None = None
    """The run that this one is a part of; it may end, and be recorded, later."""
    parent_job: str = ""
    repeat: Repeat | None = None
    """Set where it does another run again."""
