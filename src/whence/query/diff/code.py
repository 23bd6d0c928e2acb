"""The source files that really ran, and the commits that they were taken from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.query.diff.align import StepPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import Change, LayerDiff, What, verdict
from whence.query.diff.hunks import compare_texts
from whence.query.diff.matching import Likeness, match
from whence.query.diff.side import Side, Step
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps

_STATE = ("commit", "branch", "dirty", "remote")

File = tuple[str, str]
"""Path, SHA-256."""

_ALIKE: Sequence[Likeness[File]] = (
    Likeness(lambda file: file),
    Likeness(lambda file: file[0]),
    Likeness(lambda file: file[1]),
)


def compare_code(comparison: Comparison) -> LayerDiff:
    """The layer of code."""
    differences = _Differences(comparison)
    for place, pair in comparison.differing_steps():
        if pair.a is not None and pair.b is not None:
            differences.compare(place, pair.a, pair.b)
        else:
            differences.compare_alone(place, pair)
        tell_gaps(differences.told, "code", place, pair, settled=lambda _: False)
    changes = differences.told.changes()
    state = {"a": _state(comparison.a), "b": _state(comparison.b)}
    return LayerDiff(verdict(changes), tuple(changes), tuple(_notes(state, changes)), state)


class _Differences:
    """Compares the files of steps and gathers what differs."""

    def __init__(self, comparison: Comparison) -> None:
        self.told = Told()
        self._text_of = comparison.text_of
        self._elsewhere = (_contents(comparison.a), _contents(comparison.b))
        self._details: dict[tuple[File, File], Mapping[str, Any]] = {}

    def compare(self, place: int, a: Step, b: Step) -> None:
        ours, theirs = _files(a), _files(b)
        if not ours or not theirs:
            self._compare_commits(place, a, b)
            return
        pairs, gone, come = match(ours, theirs, _ALIKE)
        for one, other in pairs:
            self._tell((place, b.job), one, other)
        for one in gone:
            self._tell((place, b.job), one, None)
        for other in come:
            self._tell((place, b.job), None, other)

    def compare_alone(self, place: int, pair: StepPair) -> None:
        """A step that only one side has: files that the other side has too are no news."""
        others = self._elsewhere[1 if pair.b is None else 0]
        for file in _files(pair.a or pair.b):
            path, sha256 = file
            known = others.get(path, frozenset())
            if sha256 in known:
                continue
            partner = (path, min(known)) if known else None
            sides = (file, partner) if pair.b is None else (partner, file)
            self._tell((place, pair.job), *sides)

    def _compare_commits(self, place: int, a: Step, b: Step) -> None:
        """Two runs of which at least one has no files: the commits must speak."""
        one, other = a.account.said("code"), b.account.said("code")
        if not _files(a) and not _files(b) and one.get("commit") is not None:
            clean = not one.get("dirty") and not other.get("dirty")
            if one.get("commit") == other.get("commit") and clean:
                return
        lacking = [side for side, step in (("a", a), ("b", b)) if not _files(step)]
        self.told.tell(
            "unknown",
            "source files",
            (one.get("commit"), other.get("commit")),
            key=("files", one.get("commit"), other.get("commit"), *lacking),
            step=(place, b.job),
            detail={"reason": "no source files are recorded of " + " and ".join(lacking)},
        )

    def _tell(self, step: tuple[int, str], a: File | None, b: File | None) -> None:
        file = b or a
        if a == b or file is None:
            return
        what: What = "changed"
        detail: Mapping[str, Any] = {"path": file[0]}
        if a is None or b is None:
            what = "only_in_a" if b is None else "only_in_b"
        else:
            if (a, b) not in self._details:
                self._details[a, b] = self._describe(a, b)
            detail = self._details[a, b]
        sides = (a[1] if a else None, b[1] if b else None)
        self.told.tell(what, file[0], sides, key=(a, b), step=step, detail=detail)

    def _describe(self, a: File, b: File) -> dict[str, Any]:
        detail: dict[str, Any] = {"path": b[0]}
        if a[0] != b[0]:
            detail["paths"] = {"a": a[0], "b": b[0]}
        if a[1] == b[1]:
            return {**detail, "hunks": [], "reason": "only its name differs"}
        found = compare_texts(self._text_of(a[1]), self._text_of(b[1]))
        if found.reason:
            detail["reason"] = found.reason
        if found.hunks is None:
            return {**detail, "hunks": None}
        hunks = list(found.hunks)
        return {**detail, "hunks": hunks, "added": found.added, "removed": found.removed}


def _files(step: Step | None) -> list[File]:
    """The files that a run really used."""
    files = () if step is None else step.account.said("code").get("files") or ()
    return sorted((str(each["path"]), str(each["sha256"])) for each in files)


def _contents(side: Side) -> Mapping[str, frozenset[str]]:
    """Path → every content that it had in a lineage."""
    found: dict[str, set[str]] = defaultdict(set)
    for step in side.steps.values():
        for path, sha256 in _files(step):
            found[path].add(sha256)
    return {path: frozenset(contents) for path, contents in found.items()}


def _state(side: Side) -> dict[str, Any]:
    """Where the code of the last step was taken from, and all commits of the lineage."""
    asked = [side.steps[maker] for maker in side.makers] or list(side.steps.values())[-1:]
    told = asked[0].account.said("code") if asked else {}
    commits = [step.account.said("code").get("commit") for step in side.steps.values()]
    return {
        **{name: told[name] for name in _STATE if name in told},
        "commits": list(dict.fromkeys(each for each in commits if each)),
    }


def _notes(state: Mapping[str, Mapping[str, Any]], changes: list[Change]) -> Iterator[str]:
    a, b = state["a"].get("commit"), state["b"].get("commit")
    if a and b and a != b and not changes:
        yield f"the commits differ ({a[:8]}, {b[:8]}); no file that was used does"
    for side in ("a", "b"):
        commits = state[side]["commits"]
        if len(commits) > 1:
            yield f"the steps of {side} ran at {len(commits)} commits"
        if state[side].get("dirty"):
            yield f"{side} ran with changes that were not committed"
