"""The source files that really ran, and the commits that they were taken from."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from whence.query.diff.align import StepPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import Change, LayerDiff, What, verdict
from whence.query.diff.hunks import Edit, compare_texts
from whence.query.diff.matching import Likeness, match
from whence.query.diff.ran import Role, Trace, Version, parts_of, read_trace, role_alone, version
from whence.query.diff.side import Side, Step
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps

_STATE = ("commit", "branch", "dirty", "remote")

EDIT_LINES = 4
"""Lines of each edit that are told beside the hunk that it stands in."""

_FOLLOWED: Mapping[str, str] = {
    "lines": "what ran was followed line by line",
    "functions": "what ran was followed function by function (line by line from Python 3.12 on)",
    "": "what ran of these files was not followed, only that they were used",
}
"""How it is known what ran → what is said of it."""

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


def words_of(comparison: Comparison, pair: StepPair) -> frozenset[str]:
    """The words of the sources of two aligned steps; none where not all are at hand."""
    found: set[str] = set()
    for step in (pair.a, pair.b):
        texts = [comparison.text_of(sha256) for _, sha256 in _files(step)]
        words = read_trace({}, texts).words
        if step is not None and not words:
            return frozenset()
        found.update(words)
    return frozenset(map(str.lower, found))


class _Differences:
    """Compares the files of steps and gathers what differs."""

    def __init__(self, comparison: Comparison) -> None:
        self.told = Told()
        self._text_of = comparison.text_of
        self._elsewhere = (_contents(comparison.a), _contents(comparison.b))
        self._details: dict[Hashable, Mapping[str, Any]] = {}
        self._known: dict[int, Trace] = {}

    def compare(self, place: int, a: Step, b: Step) -> None:
        ours, theirs = _files(a), _files(b)
        if not ours or not theirs:
            self._compare_commits(place, a, b)
            return
        pairs, gone, come = match(ours, theirs, _ALIKE)
        traces = self._traces(a, b)
        for one, other in pairs:
            self._tell((place, b.job), one, other, traces)
        for one in gone:
            self._tell((place, b.job), one, None, traces)
        for other in come:
            self._tell((place, b.job), None, other, traces)

    def compare_alone(self, place: int, pair: StepPair) -> None:
        """A step that only one side has: files that the other side has too are no news."""
        others = self._elsewhere[1 if pair.b is None else 0]
        trace = self._trace(pair.a or pair.b)
        for file in _files(pair.a or pair.b):
            path, sha256 = file
            known = others.get(path, frozenset())
            if sha256 in known:
                continue
            partner = (path, min(known)) if known else None
            a, b = (file, partner) if pair.b is None else (partner, file)
            self._tell((place, pair.job), a, b, (trace, trace))

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

    def _tell(
        self,
        step: tuple[int, str],
        a: File | None,
        b: File | None,
        traces: tuple[Trace, Trace],
    ) -> None:
        file = b or a
        if a == b or file is None:
            return
        what: What = "changed"
        detail: Mapping[str, Any]
        if a is None or b is None:
            what = "only_in_a" if b is None else "only_in_b"
            trace = traces[0] if b is None else traces[1]
            found = role_alone(version(file[0], self._text_of(file[1]), trace))
            detail = {"path": file[0], "edits": [_role_json(found)], "followed": trace.by}
        else:
            key = (a, b, step[0])
            if key not in self._details:
                self._details[key] = self._describe(a, b, traces)
            detail = self._details[key]
        sides = (a[1] if a else None, b[1] if b else None)
        self.told.tell(what, file[0], sides, key=(a, b), step=step, detail=detail)

    def _describe(self, a: File, b: File, traces: tuple[Trace, Trace]) -> dict[str, Any]:
        detail: dict[str, Any] = {"path": b[0]}
        if a[0] != b[0]:
            detail["paths"] = {"a": a[0], "b": b[0]}
        if a[1] == b[1]:
            return {**detail, "hunks": [], "reason": "only its name differs"}
        texts = self._text_of(a[1]), self._text_of(b[1])
        found = compare_texts(*texts)
        if found.reason:
            detail["reason"] = found.reason
        if found.hunks is None:
            return {**detail, "hunks": None}
        hunks = list(found.hunks)
        one, other = version(a[0], texts[0], traces[0]), version(b[0], texts[1], traces[1])
        return {
            **detail,
            "hunks": hunks,
            "added": found.added,
            "removed": found.removed,
            "edits": [
                {"hunk": nth, **_role_json(part), **_lines(one, other, each, part.line)}
                for nth, edits in enumerate(found.edits)
                for each, part in parts_of(one, other, edits)
            ],
            "followed": traces[1].by or traces[0].by,
        }

    def _traces(self, a: Step, b: Step) -> tuple[Trace, Trace]:
        return self._trace(a), self._trace(b)

    def _trace(self, step: Step | None) -> Trace:
        """What ran of a step's sources."""
        assert step is not None
        if step.handle not in self._known:
            texts = [self._text_of(sha256) for _, sha256 in _files(step)]
            self._known[step.handle] = read_trace(step.account.said("executed"), texts)
        return self._known[step.handle]


def _role_json(found: Role) -> dict[str, Any]:
    told = {"part": found.part, "line": found.line}
    return {**told, "function": found.function} if found.function else told


def _lines(a: Version, b: Version, edit: Edit, line: int) -> dict[str, Any]:
    """The first lines that went and came, from the one on that tells; and how many did."""
    ours, theirs = ((side.text or "").split("\n") for side in (a, b))
    came = range(line, edit.b.stop) if line in edit.b else edit.b
    return {
        "removed": len(edit.a),
        "added": len(edit.b),
        "before": [ours[at - 1] for at in edit.a[:EDIT_LINES]],
        "after": [theirs[at - 1] for at in came[:EDIT_LINES]],
    }


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
    followed = {each.detail["followed"] for each in changes if "followed" in each.detail}
    yield from (text for by, text in _FOLLOWED.items() if by in followed)
    a, b = state["a"].get("commit"), state["b"].get("commit")
    if a and b and a != b and not changes:
        yield f"the commits differ ({a[:8]}, {b[:8]}); no file that was used does"
    for side in ("a", "b"):
        commits = state[side]["commits"]
        if len(commits) > 1:
            yield f"the steps of {side} ran at {len(commits)} commits"
        if state[side].get("dirty"):
            yield f"{side} ran with changes that were not committed"
