"""The nouns of doing it again: what a run needs, what came of it, how alike two things are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from whence.model.identity import NodeId

_NOTHING: Mapping[str, Any] = MappingProxyType({})


# ------------------------------------------------------------------ what a run needs
@dataclass(frozen=True, slots=True)
class FileNeed:
    """A file that a run met, as the record has it."""

    path: str
    """Absolute, as the program named it."""
    name: str
    """How the workspace calls it."""
    role: str
    """``input``, ``config``, ``code``, ``output`` …"""
    sha256: str | None
    """``None`` where the record does not know its content."""
    size: int | None = None
    artifact: NodeId | None = None
    made_by: NodeId | None = None
    """The recorded run that made it; ``None`` where nobody knows one."""


@dataclass(frozen=True, slots=True)
class EnvironmentNeed:
    """What a run's Python ran in."""

    digest: str
    """Of the environment's artifact: equal where interpreter and packages are."""
    interpreter: str
    """The executable as it was called; empty where no Python ran."""
    version: str
    """``3.11.7``; empty where no Python ran."""
    packages: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Name → version of everything that was installed."""
    origins: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Name → where it was installed from, of those that no index has: a folder, a repository."""
    implementation: str = "cpython"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recorded run, as it can be done again."""

    run: NodeId
    job: str
    command: tuple[str, ...]
    root: str
    """The workspace's folder at that time, absolute."""
    cwd: str
    """Absolute; below ``root`` as a rule."""
    environment: EnvironmentNeed
    variables: Mapping[str, str]
    """Of the environment, those that the record tells."""
    commit: str | None
    diff: str
    """Against the commit, secrets taken out: for people, and for whole files that are not kept."""
    code: tuple[FileNeed, ...]
    """Source files that it really used."""
    inputs: tuple[FileNeed, ...]
    """Data, models and configuration that it read."""
    outputs: tuple[FileNeed, ...]
    parameters: Mapping[str, Any]
    """Name → ``{"value", "source", …}`` as the facet has it."""
    metrics: Mapping[str, float]
    seeds: Mapping[str, Any]
    state: str
    """How it ended: ``completed``, ``failed`` …"""
    exit_status: int | None = None
    started_at: str = ""
    """RFC 3339 in UTC; empty where the record does not tell."""
    imports: tuple[str, ...] = ()
    """Names of the packages of which modules were loaded."""
    remote: tuple[str, ...] = ()
    """Addresses beyond this machine from which it read."""
    writes: tuple[str, ...] = ()
    """Addresses beyond this machine to which it wrote."""
    trackers: tuple[str, ...] = ()
    """Other tools that keep a run of this one."""
    piped: bool = False
    """Whether its standard input was a pipe, of which nothing is recorded."""


# --------------------------------------------------------------- what is done, what came
@dataclass(frozen=True, slots=True)
class Replay:
    """One run to be done: a recipe, and where it is meant to differ from what was recorded."""

    recipe: Recipe
    command: tuple[str, ...]
    files: Mapping[str, str | bytes]
    """Path → the SHA-256 of its content, which is at hand, or the content itself."""
    variables: Mapping[str, str]
    environment: EnvironmentNeed
    reseed: int | None = None
    """Moves every seed of the training by a fixed way of this number; ``None`` leaves them."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a replay."""

    run: NodeId | None
    """The run that recorded it; ``None`` where it could not even start."""
    exit_status: int | None
    outputs: Mapping[str, str]
    """Path as the program named it → SHA-256; the bytes are among the kept objects."""
    metrics: Mapping[str, float]
    said: str = ""
    """The last lines that it wrote to its standard error."""
    seconds: float = 0.0
    outside: tuple[str, ...] = ()
    """Real files that it wrote, for want of a private view; empty where it had one."""


# ------------------------------------------------------------------------ how alike
class Likeness(Enum):
    """How alike two files are, best first."""

    BYTES = "bytes"
    """Byte for byte."""
    CANONICAL = "canonical"
    """But for what says nothing: times in an archive, memory addresses in a pickle."""
    ROWS = "rows"
    """A table's rows in another order."""
    PREDICTIONS = "predictions"
    """A model's predictions on the recorded evaluation data, bit for bit."""
    VALUES = "values"
    """Numbers within tolerance: weights, predictions, cells."""
    DECISIONS = "decisions"
    """The same labels or ranking, though the numbers differ."""
    DIFFERENT = "different"
    UNREAD = "unread"
    """They differ in bytes, and nobody could look closer; the reason says why."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparer found."""

    likeness: Likeness
    comparer: str
    """Its name."""
    reason: str = ""
    """Why it is no better than this, in words: the first thing that differs, and by how much."""
    harmless: tuple[str, ...] = ()
    """Known harmless differences that were met, as phrases."""
    detail: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """``largest_difference``, ``first_difference`` … as JSON."""


class Sandbox(Protocol):
    """A child process in the rebuilt environment, in which unsafe formats may be loaded."""

    def ask(self, script: str, words: Sequence[str], readable: Sequence[Path]) -> Mapping[str, Any]:
        """Run a script of ours with these arguments; its answer, one JSON object.

        Args:
            script: The name of a module of ``reproduction/comparers/inside``.
            words: Its arguments.
            readable: Files beside the environment that it may read; it may write none.

        Raises:
            SandboxError: it ended without an answer; says why.
        """


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files to be compared, and by what means."""

    recorded: Path
    """The file as it was."""
    again: Path
    """The file as it became."""
    name: str
    """How the program called it; the two paths may be called otherwise."""
    sandbox: Sandbox | None = None
    """Where code of the environment may run; ``None`` where there is none."""
    evaluation: Sequence[Path] = ()
    """Tables on which the model was measured; empty where not known."""


class Comparer(Protocol):
    """Compares two files of one format; found by the entry points ``whence.comparers``."""

    name: str

    def takes(self, name: str, head: bytes) -> bool:
        """Whether it knows this format, by a file's name and first bytes."""

    def compare(self, pair: Pair) -> Comparison:
        """How alike they are; never ``BYTES``, which was asked before."""


class Standing(Enum):
    """What a reproduction comes to, best first."""

    IDENTICAL = "identical bytes"
    SAME = "same"
    WITHIN_NOISE = "same within measured noise"
    DIVERGED = "diverged"
    IMPOSSIBLE = "impossible"
