"""Its model was measured after it was trained, and on data that it was not trained on.

Looked at is what happened inside runs: which rows reached a fit, which reached an evaluation. Where
fingerprints of the rows are there, equal rows are found anywhere; else splits and files decide. It
fails where rows are in both, where a model was measured only on its training data, or where a step
that prepares data had learned from the test rows (`allow` lets kinds of these pass). It is unknown
where nobody measured the model, or where nobody saw on what.
"""

from collections.abc import Iterable, Iterator

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.query.leakage.answer import EVALUATIONS, KINDS
from whence.query.leakage.judging import Verdict
from whence.query.leakage.judging import judge as compare
from whence.query.leakage.runs import runs_around

OPTIONS = (
    Option(
        "allow",
        Sort.TEXTS,
        "kinds of leakage that may be there, as `whence gaps` names them",
        choices=tuple(KINDS),
    ),
)

_APART = frozenset({Verdict.APART, Verdict.CHANCE})


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each warning; else whether an evaluation apart from training is known."""
    if not case.models:
        yield case.unknown("there is no model in it that could have been measured")
        return
    allowed = asked.texts("allow")
    warnings = [each for each in case.gaps["warnings"] if each["kind"] not in allowed]
    for each in warnings:
        answer = case.unknown if each["kind"] == "same-file" else case.failed
        runs = [
            handle
            for stage in ("evaluated", "trained")
            if (handle := case.reader.find(each[stage]["run"])) is not None
        ]
        yield answer(
            each["message"],
            *dict.fromkeys(runs),
            remedy="measure it on rows that were kept apart before anything was fitted",
            kind=each["kind"],
            rows=each["rows"],
        )
    yield from _order(case)
    apart = _apart(case)
    if apart:
        yield case.passed("it was measured on data that it was not trained on", *apart)
    elif not warnings:
        yield case.unknown(
            "no evaluation is known that was on other data than the training",
            remedy="measure it on data held out, in a run that `whence run` records",
        )


def _apart(case: Case) -> list[int]:
    """The runs that measured it on other data."""
    runs = runs_around(case.reader, case.handle)
    found = []
    for at, (run, evaluation) in enumerate(runs.evaluations()):
        if at == EVALUATIONS:
            break
        fits = runs.fits_behind(run, evaluation)
        pairs = [
            (trained, measured, fit.run == evaluation.run)
            for fit in fits
            for trained in fit.data
            for measured in evaluation.data
        ]
        verdicts = {
            compare(trained, measured, case.sketch_of, same_run=same).verdict
            for trained, measured, same in pairs
        }
        handle = case.reader.find(run.node.id)
        if pairs and verdicts <= _APART and handle is not None:
            found.append(handle)
    return list(dict.fromkeys(found))


def _order(case: Case) -> Iterator[Finding]:
    """Evaluations that were over before the training began: they are of another model."""
    starts = [
        str(at)
        for maker in case.makers
        if (at := case.account(maker).said("outcome").get("started_at"))
    ]
    if not starts:
        return
    for each in case.evaluations:
        ended = str(case.account(each.run).said("outcome").get("ended_at") or "")
        if each.run not in case.makers and ended and ended < min(starts):
            yield case.failed(
                f"{each.job} measured it at {ended}, before the run that trained it began",
                each.run,
                remedy="measure the model that is to be used",
            )
