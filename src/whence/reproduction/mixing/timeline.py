"""The way from A to B, step by step: commits, and versions of input files, in their order.

Point 0 is A as it was recorded, the last point is B. Between them each step is one commit, or one
later version of one file of data. What is left when all these are done, such as words of the
command line, packages and changes that were never committed, is the last step.
"""

import hashlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from whence.errors import UsageError
from whence.reproduction.attribution.laboratory import Mixture
from whence.reproduction.attribution.stepping import point
from whence.reproduction.interface import FileNeed, Recipe, Replay
from whence.reproduction.mixing.commands import compare_commands
from whence.reproduction.mixing.history import History
from whence.reproduction.mixing.replays import as_recorded, same_python
from whence.reproduction.mixing.stages import Pipeline, Stage, by_name, flows
from whence.reproduction.mixing.surroundings import HARMLESS, compare_environments


@dataclass(frozen=True, slots=True)
class Version:
    """A content of an input file, and since when it was used."""

    sha256: str
    at: str


Versions = Callable[[FileNeed, FileNeed], list[Version]]
"""The versions of a file after one and up to another, oldest first."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the way."""

    kind: str
    """``commit``, ``data`` or ``rest``."""
    title: str
    at: str = ""
    commit: str = ""
    name: str = ""
    sha256: str = ""


class Timeline:
    """The points from A to B, each to be run like a mixture.

    Args:
        pipeline: Both pipelines.
        history: The repository.
        versions: Finds versions of input files between two.

    Raises:
        UsageError: the pipelines have different steps, or nothing differs.
        ReproductionError: git does not have what it takes.
    """

    def __init__(self, pipeline: Pipeline, history: History, versions: Versions) -> None:
        self._pipeline = pipeline
        self._history = history
        for stage in pipeline.stages:
            if stage.a is None or stage.b is None:
                raise UsageError(
                    f"only one of A and B has the step {stage.job}",
                    hint="`whence attribute` takes steps away, too",
                )
        self._blob = cache(history.content)
        self._start, goal = (_commit_of(pipeline, side) for side in (0, 1))
        self._changed: set[str] = set()
        self._known: dict[str, Mapping[str, str]] = {}
        events: list[Event] = []
        if history.is_there and self._start and goal and self._start != goal:
            self._changed = history.changed(self._start, goal)
            events += self._commit_events(self._start, goal)
        events += self._data_events(versions)
        self.events = sorted(events, key=lambda each: each.at)
        """What each point has more than the one before it."""
        rest = "; ".join(self._rest(goal))
        if rest:
            self.events.append(Event("rest", rest))
        if not self.events:
            raise UsageError(
                "nothing recorded differs between A and B that could be walked step by step",
                hint="`whence diff` tells what is the same",
            )

    @property
    def pipeline(self) -> Pipeline:
        """The two pipelines."""
        return self._pipeline

    @property
    def ends(self) -> tuple[Mixture, Mixture]:
        """A and B."""
        return point(0), point(len(self.events))

    def replay(self, at: int, mixture: Mixture, made: Mapping[str, str]) -> Replay:
        """A stage of a point.

        Args:
            at: Which stage.
            mixture: The point, as ``stepping.point`` has it.
            made: Name → content, of what earlier stages made.
        """
        number = int(next(iter(mixture)))
        stage = self._pipeline.stages[at]
        a, b = _sides(stage)
        if number == len(self.events):
            return as_recorded(self._pipeline.stages, at, b, made)
        base = as_recorded(self._pipeline.stages, at, a, made)
        done = self.events[:number]
        commit = next((each.commit for each in reversed(done) if each.commit), None)
        files = dict(base.files)
        read = by_name((*a.code, *a.inputs, *b.code, *b.inputs))
        for event in done:
            if event.name in read:
                files[posixpath.join(a.root, event.name)] = event.sha256
        if commit is None:
            return replace(base, files=files)
        blobs = self._files_at(commit)
        for name in self._changed:
            path = posixpath.join(a.root, name)
            files.pop(path, None)
            if name in blobs:
                files[path] = self._blob(blobs[name])
        return replace(base, files=files, recipe=replace(a, commit=commit))

    # -------------------------------------------------------------------- steps

    def _commit_events(self, start: str, goal: str) -> Iterator[Event]:
        """The commits that touch a file which was used by either."""
        used = {
            each.name
            for stage in self._pipeline.stages
            for side in _sides(stage)
            for each in (*side.code, *side.inputs)
        }
        before = start
        for commit in self._history.between(start, goal):
            if self._history.changed(before, commit.id) & used or commit.id == goal:
                title = f"commit {commit.id[:10]} {commit.subject}".rstrip()
                yield Event("commit", title, commit.at, commit=commit.id)
            before = commit.id

    def _data_events(self, versions: Versions) -> Iterator[Event]:
        told = set()
        for at in range(len(self._pipeline.stages)):
            a, b = (self._roots(at, side) for side in (0, 1))
            for name in a.keys() & b.keys():
                one, other = a[name], b[name]
                known = (name, one.sha256, other.sha256)
                if one.sha256 == other.sha256 or one.role == "code" or known in told:
                    continue
                if name in self._changed:
                    continue  # git brings it
                told.add(known)
                for version in versions(one, other):
                    title = f"{name} {version.sha256[:8]}"
                    if version.at:
                        title += f" of {version.at[:16].replace('T', ' ')}"
                    yield Event("data", title, version.at, name=name, sha256=version.sha256)

    def _files_at(self, commit: str) -> Mapping[str, str]:
        known = self._known.get(commit)
        if known is None:
            known = self._known[commit] = self._history.files(commit, self._changed)
        return known

    def _roots(self, at: int, side: int) -> Mapping[str, FileNeed]:
        recipe = self._pipeline.stages[at].sides[side]
        assert recipe is not None
        return {
            name: need
            for name, need in by_name((*recipe.code, *recipe.inputs)).items()
            if not flows(self._pipeline.stages, at, side, need)
        }

    def _rest(self, goal: str | None) -> Iterator[str]:
        """What B has that no commit and no version of data brings."""
        told = dict[str, None]()
        for at, stage in enumerate(self._pipeline.stages):
            a, b = _sides(stage)
            told |= dict.fromkeys(
                piece.title
                for piece in compare_commands(a.command, same_python(a.command, b.command)).pieces
            )
            told |= dict.fromkeys(
                f"{name} {a.variables.get(name, 'unset')} → {b.variables.get(name, 'unset')}"
                for name in sorted((a.variables.keys() | b.variables.keys()) - HARMLESS)
                if a.variables.get(name) != b.variables.get(name)
            )
            told |= dict.fromkeys(compare_environments(a, b))
            told |= dict.fromkeys(self._uncommitted(at, goal))
        yield from told

    def _uncommitted(self, at: int, goal: str | None) -> Iterator[str]:
        """Files of B that are, after all steps, not yet what B had."""
        last = {each.name: each.sha256 for each in self.events if each.name}
        before = self._roots(at, 0)
        blobs = self._files_at(goal) if goal and self._changed else {}
        for name, need in self._roots(at, 1).items():
            content: str | None = before[name].sha256 if name in before else None
            if name in last:
                content = last[name]
            elif name in self._changed:
                data = self._blob(blobs[name]) if name in blobs else None
                content = None if data is None else hashlib.sha256(data).hexdigest()
            elif content is None and need.role == "code":
                continue  # the same in all commits, and only used by B
            if content != need.sha256:
                yield f"{name}, as it was not committed" if need.role == "code" else name


def _commit_of(pipeline: Pipeline, side: int) -> str | None:
    """The commit of the last stage that has one."""
    commits = [
        recipe.commit for stage in pipeline.stages if (recipe := stage.sides[side]) is not None
    ]
    return next((each for each in reversed(commits) if each), None)


def _sides(stage: Stage) -> tuple[Recipe, Recipe]:
    assert stage.a is not None
    assert stage.b is not None
    return stage.a, stage.b
