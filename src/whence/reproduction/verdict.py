"""What doing a run again came to: pure, from what was compared to one of five standings.

===========================  ==================================================================
identical bytes              every file that it left is the same, byte for byte
same                         every file means the same; the weakest likeness says how
same within measured noise   files differ, and every metric lies where runs with other seeds put it
diverged                     a file or a metric differs by more, or it ended otherwise
impossible                   it could not be done again
===========================  ==================================================================
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isclose, isfinite, sqrt
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Any

from whence.reproduction.interface import Comparison, FileNeed, Likeness, Replayed, Standing
from whence.reproduction.plan import Problem

_NOTHING: Mapping[str, Any] = MappingProxyType({})

ALIKE = (
    Likeness.BYTES,
    Likeness.CANONICAL,
    Likeness.ROWS,
    Likeness.PREDICTIONS,
    Likeness.VALUES,
)
"""What counts as the same thing, best first."""

LOGS = frozenset({"stdout", "stderr"})
"""Roles of files that hold what a program said: times and paths stand in them."""

_LOG_NAMES = re.compile(
    r"(?:\.log|(?:^|/)events\.out\.tfevents[^/]*|(?:^|/)catboost_info/[^/]+(?:/[^/]+)?)\Z"
)
"""Names of files that hold the same: logs, TensorBoard's events, CatBoost's own notes."""


def is_log(need: FileNeed) -> bool:
    """Whether a file tells of a run rather than being what it is for."""
    return need.role in LOGS or _LOG_NAMES.search(need.name) is not None


CLOSE = 1e-9
"""Relative: metrics that differ by less are equal."""

_FEWEST = 3
"""Repeats that make an interval."""

_STUDENT = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)
"""Student's t for 95 % of both sides, by degrees of freedom from 1."""
_NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """One file of the recorded run, and what became of it."""

    name: str
    role: str
    recorded: str | None
    again: str | None
    comparison: Comparison | None
    """``None`` where there is nothing to compare."""
    step: str = ""
    """The job that made it."""
    is_log: bool = False
    """Whether it tells of the run rather than being what it is for."""

    @property
    def is_same(self) -> bool:
        """Whether it means the same."""
        return self.comparison is not None and self.comparison.likeness in ALIKE

    @property
    def is_telling(self) -> bool:
        """Whether it decides anything."""
        return not self.is_log


@dataclass(frozen=True, slots=True)
class MetricVerdict:
    """One metric, then and now."""

    name: str
    recorded: float
    again: float | None
    interval: tuple[float, float] | None = None
    """Where 95 % of runs with other seeds would put it; ``None`` where too few were done."""

    @property
    def is_same(self) -> bool:
        """Whether it is the same number."""
        return self.again is not None and (
            isclose(self.recorded, self.again, rel_tol=CLOSE)
            or (self.recorded != self.recorded and self.again != self.again)
        )

    @property
    def is_within(self) -> bool:
        """Whether it and the recorded one lie where other seeds put it."""
        if self.is_same:
            return True
        if self.again is None or self.interval is None:
            return False
        low, high = self.interval
        return low <= self.again <= high and low <= self.recorded <= high


@dataclass(frozen=True, slots=True)
class Verdict:
    """What doing a run again came to."""

    standing: Standing
    why: str
    """One sentence."""
    files: tuple[FileVerdict, ...] = ()
    metrics: tuple[MetricVerdict, ...] = ()
    causes: tuple[str, ...] = ()
    """What probably made the difference, most likely first."""
    first: str = ""
    """The first file along the pipeline that differs."""
    repeats_itself: bool | None = None
    """Whether doing it twice gives the same; ``None`` where nobody tried."""
    notes: tuple[str, ...] = ()
    said: str = ""
    """The last lines of a program that failed."""
    evidence: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """``runs`` that were done, ``environment``, ``repeats`` … as JSON."""

    @property
    def is_good(self) -> bool:
        """Whether it stands."""
        return self.standing in {Standing.IDENTICAL, Standing.SAME, Standing.WITHIN_NOISE}


def impossible(problems: Sequence[Problem], notes: Sequence[str] = ()) -> Verdict:
    """The verdict on what could not be tried."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return Verdict(
        Standing.IMPOSSIBLE, problems[0].what + more, notes=(*notes,), causes=_hints(problems)
    )


def _hints(problems: Sequence[Problem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.hint for each in problems if each.hint))


def judge(
    ended: tuple[int | None, Replayed],
    files: Sequence[FileVerdict],
    metrics: Sequence[MetricVerdict],
    *,
    repeats_itself: bool | None = None,
    causes: Sequence[str] = (),
) -> Verdict:
    """The standing of a run that was done again.

    Args:
        ended: The exit status as recorded, and the replay.
        files: What it left, step after step, with the comparison of each.
        metrics: What it measured.
        repeats_itself: Whether two replays agree; ``None`` where only one was done.
        causes: What probably made a difference, most likely first.
    """
    status, replayed = ended
    files, metrics = tuple(files), tuple(metrics)
    if replayed.exit_status != status:
        return Verdict(
            Standing.DIVERGED,
            _ended_otherwise(status, replayed),
            files,
            metrics,
            tuple(causes),
            said=replayed.said,
            repeats_itself=repeats_itself,
        )
    telling = [each for each in files if each.is_telling] or list(files)
    worst = [each for each in telling if not each.is_same]
    first = worst[0] if worst else None
    if first is None and all(each.is_same for each in metrics):
        standing, why = _same(telling, metrics)
        return Verdict(standing, why, files, metrics, repeats_itself=repeats_itself)
    within = [each for each in metrics if each.is_within]
    if metrics and len(within) == len(metrics) and any(each.interval for each in metrics):
        apart = f"{first.name} differs, and " if first is not None else ""
        why = f"{apart}{_counted(len(metrics), 'metric')} where other seeds put it"
        standing = Standing.WITHIN_NOISE
    else:
        standing, why = Standing.DIVERGED, _diverged(first, metrics)
    return Verdict(
        standing,
        why,
        files,
        metrics,
        tuple(causes),
        first="" if first is None else first.name,
        repeats_itself=repeats_itself,
    )


def _same(files: Sequence[FileVerdict], metrics: Sequence[MetricVerdict]) -> tuple[Standing, str]:
    if not files:
        left = f"{_counted(len(metrics), 'metric')} the same" if metrics else ""
        return Standing.SAME, left or "it ended as it did, and there is nothing to compare"
    found = [each.comparison.likeness for each in files if each.comparison is not None]
    weakest = max(found, key=ALIKE.index)
    count = _counted(len(files), "file")
    if weakest is Likeness.BYTES:
        return Standing.IDENTICAL, f"{count} the same, byte for byte"
    others = [each for each in files if each.comparison and each.comparison.likeness is weakest]
    return Standing.SAME, f"{count} the same; {others[0].name} by {_WORDS[weakest]}"


_WORDS: Mapping[Likeness, str] = MappingProxyType(
    {
        Likeness.CANONICAL: "everything but what says nothing",
        Likeness.ROWS: "its rows, in another order",
        Likeness.PREDICTIONS: "its predictions, bit for bit",
        Likeness.VALUES: "its numbers, within tolerance",
        Likeness.DECISIONS: "its decisions only",
    }
)


def words_of(likeness: Likeness) -> str:
    """How a likeness is spoken of."""
    return _WORDS.get(likeness, likeness.value)


def _diverged(first: FileVerdict | None, metrics: Sequence[MetricVerdict]) -> str:
    if first is not None:
        if first.again is None:
            return f"{first.name} was not made this time"
        reason = first.comparison.reason if first.comparison is not None else ""
        made = f", which {first.step} makes," if first.step else ""
        return f"{first.name}{made} differs" + (f": {reason}" if reason else "")
    apart = next(each for each in metrics if not each.is_within)
    now = "is not measured now" if apart.again is None else f"is {apart.again:.6g}"
    return f"{apart.name} was {apart.recorded:.6g} and {now}"


def _ended_otherwise(status: int | None, replayed: Replayed) -> str:
    then = "did not end" if status is None else f"ended with status {status}"
    if replayed.exit_status is None:
        return f"it {then} when it was recorded, and was ended from outside this time"
    return f"it {then} when it was recorded, and with status {replayed.exit_status} this time"


def _counted(count: int, noun: str) -> str:
    return f"its {noun} is" if count == 1 else f"its {count} {noun}s are"


# ---------------------------------------------------------------------------- noise
def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Where 95 % of further values would lie, if they fall as these do (Student's t).

    Args:
        values: What runs with other seeds gave; fewer than three say nothing.
    """
    if len(values) < _FEWEST:
        return None
    freedom = len(values) - 1
    t = _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else _NORMAL
    middle, half = fmean(values), t * stdev(values) * sqrt(1 + 1 / len(values))
    return middle - half, middle + half


def compare_metrics(
    recorded: Mapping[str, float],
    again: Mapping[str, float],
    repeats: Mapping[str, Sequence[float]],
) -> list[MetricVerdict]:
    """Each metric of the recorded run, then and now."""
    return [
        MetricVerdict(name, value, again.get(name), interval(repeats.get(name, ())))
        for name, value in sorted(recorded.items())
    ]


# ----------------------------------------------------------------------------- JSON
def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for scripts (``schemas/verdict-1.json``)."""
    told: dict[str, Any] = {
        "standing": verdict.standing.value,
        "why": verdict.why,
        "first": verdict.first,
        "causes": list(verdict.causes),
        "repeats_itself": verdict.repeats_itself,
        "files": [_file_json(each) for each in verdict.files],
        "metrics": [
            {**asdict(each), "same": each.is_same, "within": each.is_within}
            for each in verdict.metrics
        ],
        "notes": list(verdict.notes),
        "said": verdict.said,
        "environment": "none",
        "private": False,
        "replays": [],
        **verdict.evidence,
    }
    return {name: finite(value) for name, value in told.items()}


def finite(value: Any) -> Any:
    """JSON as others read it: neither NaN nor infinity."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return value


def _file_json(each: FileVerdict) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": each.name,
        "role": each.role,
        "step": each.step,
        "log": each.is_log,
        "recorded": each.recorded,
        "again": each.again,
    }
    if each.comparison is not None:
        told |= {
            "likeness": each.comparison.likeness.value,
            "comparer": each.comparison.comparer,
            "reason": each.comparison.reason,
            "harmless": list(each.comparison.harmless),
        }
    return told


def missing(need: FileNeed, step: str) -> FileVerdict:
    """A file that was not made this time."""
    return FileVerdict(need.name, need.role, need.sha256, None, None, step, is_log(need))
