"""Whether data of a fit came back in an evaluation, and how that is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from whence.query.leakage.overlap import Share, contained
from whence.query.leakage.stages import Data

SketchOf = Callable[[str], Sequence[int] | None]
"""Digest → the hashes of a sketch; ``None`` where none is kept."""

LEAST = 0.01
"""A share of rows up to which an overlap may be chance."""

CHANCE = 2
"""So many rows are no more than chance in however small a table."""

WHOLE = 0.99
"""The share from which one table is taken to be within the other."""

SAMPLE = 20
"""From fewer rows than these nothing is concluded, unless they are all."""


class Verdict(Enum):
    """What an evaluation has in common with a fit."""

    APART = "apart"
    """Other data; also where no more rows agree than chance explains."""
    TRAINED = "trained"
    """It was measured on what it was trained on, and nothing else."""
    AROUND = "around"
    """It was measured on more than, but also on all that it was trained on."""
    SHARED = "shared"
    """Some of what it was measured on had been trained on."""
    CHANCE = "chance"
    """A few rows agree, as in tables in which rows repeat."""
    SAME_FILE = "same file"
    """Both came from the same file; which rows did, is not known."""
    UNKNOWN = "unknown"
    """Nothing can be said."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons."""

    verdict: Verdict
    known_by: str = ""
    """``rows``, ``object``, ``split`` or ``file``."""
    share: Share | None = None
    """Of the rows of the evaluation, those that the fit had."""


def judge(fit: Data, evaluation: Data, sketch_of: SketchOf, *, same_run: bool) -> Judgement:
    """What an evaluation's data has in common with a fit's."""
    if same_run and fit.object is not None and fit.object == evaluation.object:
        return Judgement(Verdict.TRAINED, "object", Share(1.0, 1.0, 1.0, evaluation.count or 0))
    return _by_rows(fit, evaluation, sketch_of) or _by_files(fit, evaluation)


def _by_rows(fit: Data, evaluation: Data, sketch_of: SketchOf) -> Judgement | None:
    if not fit.digest or not evaluation.digest:
        return None
    ours, theirs = sketch_of(fit.digest), sketch_of(evaluation.digest)
    if not ours or not theirs:
        return None
    trained, measured = fit.rows(ours), evaluation.rows(theirs)
    share = contained(measured, trained)
    exact = trained.is_whole and measured.is_whole
    if share.sample < SAMPLE and not exact:
        return None
    chance = LEAST + 2 * trained.repeated() + CHANCE / max(1, measured.count)
    if share.share >= WHOLE:
        verdict = Verdict.TRAINED
    elif share.share and contained(trained, measured).share >= WHOLE:
        verdict = Verdict.AROUND
    elif share.low > min(chance, 0.5):
        verdict = Verdict.SHARED
    else:
        verdict = Verdict.CHANCE if share.share else Verdict.APART
    return Judgement(verdict, "rows", share)


def _by_files(fit: Data, evaluation: Data) -> Judgement:
    if not fit.keys or not evaluation.keys:
        return Judgement(Verdict.UNKNOWN)
    if not (fit.keys <= evaluation.keys or evaluation.keys <= fit.keys):
        # Tables to look things up in are shared honestly; rows come from the files that differ.
        return Judgement(Verdict.APART, "file")
    if not (fit.is_seen and evaluation.is_seen):
        return Judgement(Verdict.SAME_FILE, "file")
    if fit.split and evaluation.split:
        same = fit.split == evaluation.split
        return Judgement(Verdict.TRAINED if same else Verdict.APART, "split")
    if fit.split and _can_hold(evaluation, fit):
        return Judgement(Verdict.AROUND, "split")
    if evaluation.split and _can_hold(fit, evaluation):
        return Judgement(Verdict.SHARED, "split")
    if not fit.split and fit.count is not None and fit.count == evaluation.count:
        return Judgement(Verdict.TRAINED, "file")
    return Judgement(Verdict.SAME_FILE, "file")


def _can_hold(whole: Data, part: Data) -> bool:
    """Whether, by their lengths, one table can hold all rows of the other."""
    return whole.count is None or part.count is None or whole.count >= part.count
