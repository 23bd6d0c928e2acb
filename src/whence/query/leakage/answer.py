"""Warnings and notes about leakage, as ``schemas/gaps-1.json`` has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from whence.query.leakage.judging import Judgement, SketchOf, Verdict, judge
from whence.query.leakage.preparing import prepared_on
from whence.query.leakage.runs import Runs, RunSeen, runs_around
from whence.query.leakage.stages import Data, Stage
from whence.store.interface import GraphReader

MOST = 50
"""How many warnings, and how many notes, are told."""

EVALUATIONS = 300
"""How many evaluations are looked at."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "rows-in-both": "rows that a model was measured on had been trained on",
        "evaluated-on-training-data": "a model was measured only on what it was trained on",
        "same-file": "the same file reached training and evaluation; which rows did, is not known",
        "preprocessing": "a step that prepares data had learned from the test rows too",
        "train-score": "a model was measured on its training data too, beside data held out",
        "repeated-rows": "a few rows are in both, as happens in tables in which rows repeat",
    }
)
"""Every kind of warning or note, with what it means."""

SEVERITIES = ("high", "medium", "low")

_WORST = (
    Verdict.SHARED,
    Verdict.TRAINED,
    Verdict.AROUND,
    Verdict.SAME_FILE,
    Verdict.CHANCE,
    Verdict.APART,
    Verdict.UNKNOWN,
)
"""Worst first."""


@dataclass(slots=True)
class _Case:
    """One evaluation with the fit that has most in common with it."""

    evaluation: Stage
    measured: Data
    fit: Stage
    trained: Data
    judgement: Judgement
    fits: tuple[tuple[str, int], ...]
    """All that stands behind the model."""


@dataclass(slots=True)
class _Told:
    """One warning or note, with every evaluation that it is about."""

    kind: str
    severity: str
    case: _Case
    by: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)


def leakage_json(
    reader: GraphReader, handle: int, sketch_of: SketchOf = lambda _: None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Warnings, worst first, and notes: where what was trained on was measured on too."""
    runs = runs_around(reader, handle)
    cases: list[_Case] = []
    told: dict[tuple[Any, ...], _Told] = {}
    for at, (run, evaluation) in enumerate(runs.evaluations()):
        if at == EVALUATIONS:
            break
        cases += _cases(runs, run, evaluation, sketch_of)
        for case in _prepared(runs, run, evaluation, sketch_of):
            _tell(told, "preprocessing", "low", case)
    held_out = {
        case.fits for case in cases if case.judgement.verdict in {Verdict.APART, Verdict.CHANCE}
    }
    for case in cases:
        kind, severity = _kind(case, has_held_out=case.fits in held_out)
        if kind:
            _tell(told, kind, severity, case)
    warnings = [each for each in told.values() if each.severity]
    notes = [each for each in told.values() if not each.severity]
    warnings.sort(key=lambda each: SEVERITIES.index(each.severity))
    return [_json(each) for each in warnings[:MOST]], [_json(each) for each in notes[:MOST]]


def _cases(runs: Runs, run: RunSeen, evaluation: Stage, sketch_of: SketchOf) -> Iterable[_Case]:
    fits = runs.fits_behind(run, evaluation)
    behind = tuple(sorted(fit.key for fit in fits))
    for measured in evaluation.data:
        found = [
            _Case(
                evaluation,
                measured,
                fit,
                trained,
                judge(trained, measured, sketch_of, same_run=fit.run == evaluation.run),
                behind,
            )
            for fit in fits
            for trained in fit.data
        ]
        if found:
            yield min(found, key=lambda each: _WORST.index(each.judgement.verdict))


def _prepared(runs: Runs, run: RunSeen, evaluation: Stage, sketch_of: SketchOf) -> Iterable[_Case]:
    """Evaluations whose rows had a part in preparing; not those of what was trained on anyway."""
    fits = runs.fits_behind(run, evaluation)
    for stage, given, measured in prepared_on(runs, run, evaluation, sketch_of):
        verdicts = {
            judge(trained, measured, sketch_of, same_run=fit.run == evaluation.run).verdict
            for fit in fits
            for trained in fit.data
        }
        if not verdicts & {Verdict.TRAINED, Verdict.AROUND, Verdict.SHARED}:
            yield _Case(evaluation, measured, stage, given, Judgement(Verdict.SHARED), ())


def _kind(case: _Case, *, has_held_out: bool) -> tuple[str, str]:
    """The kind of warning, with its severity; a note has none."""
    known_by = case.judgement.known_by
    sure = "high" if known_by in {"rows", "object"} else "medium"
    match case.judgement.verdict:
        case Verdict.SHARED:
            return "rows-in-both", sure
        case Verdict.TRAINED | Verdict.AROUND:
            return ("train-score", "") if has_held_out else ("evaluated-on-training-data", sure)
        case Verdict.SAME_FILE:
            return "same-file", "" if has_held_out else "low"
        case Verdict.CHANCE:
            return "repeated-rows", ""
        case _:
            return "", ""


def _tell(told: dict[tuple[Any, ...], _Told], kind: str, severity: str, case: _Case) -> None:
    """Add a case; several measurements on the same data are one."""
    data = case.measured
    key = (kind, case.evaluation.run, case.fit.key, data.object, data.what, data.files, data.split)
    each = told.setdefault(key, _Told(kind, severity, case))
    for found, one in ((each.by, case.evaluation.by), (each.where, case.evaluation.where)):
        if one and one not in found:
            found.append(one)


# ---------------------------------------------------------------------- telling


def _json(told: _Told) -> dict[str, Any]:
    case = told.case
    return {
        "kind": told.kind,
        **({"severity": told.severity} if told.severity else {}),
        "message": _message(told),
        "meaning": KINDS[told.kind],
        "known_by": case.judgement.known_by or "steps",
        "trained": _stage_json(case.fit, case.trained, [case.fit.by], [case.fit.where]),
        "evaluated": _stage_json(case.evaluation, case.measured, told.by, told.where),
        "rows": _rows_json(case),
        "files": sorted(set(case.trained.files) | set(case.measured.files)),
    }


def _stage_json(
    stage: Stage, data: Data, by: Sequence[str], where: Sequence[str]
) -> dict[str, Any]:
    return {
        "run": stage.run,
        "job": stage.job,
        "model": stage.called,
        "by": [each for each in by if each],
        "where": [each for each in where if each],
        "what": data.what,
        "files": list(data.files),
        "split": data.split,
        "rows": data.count,
    }


def _rows_json(case: _Case) -> dict[str, Any] | None:
    """How many rows are in both: about, and between what and what."""
    share, count = case.judgement.share, case.measured.count
    if share is None or count is None:
        return None
    return {
        "evaluated": count,
        "trained": case.trained.count,
        "shared": round(share.share * count),
        "share": round(share.share, 4),
        "low": round(share.low, 4),
        "high": round(share.high, 4),
    }


def _message(told: _Told) -> str:
    case, rows = told.case, _rows_json(told.case)
    name = case.evaluation.called or case.fit.called or "the model"
    on = _data_text(case.measured)
    trained = _data_text(case.trained)
    match told.kind:
        case "rows-in-both" if rows is not None:
            exact = rows["low"] == rows["high"]
            about = "" if exact else "about "
            low, high = _percent(rows["low"]), _percent(rows["high"])
            span = "" if exact else f", between {low} and {high}"
            return (
                f"{about}{rows['shared']:,} of the {rows['evaluated']:,} rows{_aside(on)} on which "
                f"{name} was evaluated were also among the rows that it was trained on "
                f"({_percent(rows['share'])}{span})"
            )
        case "rows-in-both":
            return (
                f"{name} was evaluated on {on}, which is part of what it was trained on: {trained}"
            )
        case "evaluated-on-training-data":
            return f"{name} was evaluated only on data that it was trained on{_aside(on)}"
        case "same-file":
            return (
                f"the same file reached both the training and the evaluation of {name}"
                f"{_aside(on)}; whether the same rows did, nobody saw"
            )
        case "preprocessing":
            return (
                f"{case.fit.called} learned from all rows{_aside(trained)} before the test rows "
                f"were split off, so that the test data{_aside(on)} was not wholly unseen when "
                f"{name} was evaluated"
            )
        case "train-score":
            return (
                f"{name} was also evaluated on its training data{_aside(on)}, beside data held out"
            )
        case _:
            shared = f"{rows['shared']:,} of {rows['evaluated']:,}" if rows else "a few"
            return f"{shared} test rows{_aside(on)} equal training rows, as where rows repeat"


def _data_text(data: Data) -> str:
    """How a person calls the data: its name in the program, its part, its files."""
    files = ", ".join(data.files[:3]) + (" …" if len(data.files) > 3 else "")
    part = f"the {data.split} split" if data.split else ""
    if part and files:
        part += " of "
    origin = part + files
    if data.what and origin:
        return f"{data.what}: {origin}"
    return data.what or origin


def _aside(text: str) -> str:
    return f" ({text})" if text else ""


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
