"""A metric of its model lies where it must: above, below, or not behind that of another version.

Taken is the latest value that a recorded run measured of the model, on the data that `on` names (a
file's name as the record has it, or `sha256:` and the first characters of its content); without
`on`, the latest on whatever data. `compared-to` names a version (`delay@3`), or an alias of the
same name (`production`), whose value on the same data it may fall behind by `worse-by` at most. It
is unknown where nobody measured it, or where the two were measured on other data.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from whence.errors import AmbiguousError, NotFoundError
from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.query.evaluations import Evaluation, better, evaluations
from whence.query.refs import resolve_ref

OPTIONS = (
    Option("metric", Sort.TEXT, "the metric's name, as runs told it", required=True),
    Option("min", Sort.NUMBER, "the least that it may be"),
    Option("max", Sort.NUMBER, "the most that it may be"),
    Option("on", Sort.TEXT, "the data that it must have been measured on: a name, or sha256:…"),
    Option("compared-to", Sort.TEXT, "a version, or an alias of the same name, to compare with"),
    Option("worse-by", Sort.NUMBER, "by how much it may be worse than that", 0.0),
    Option(
        "better",
        Sort.TEXT,
        "which values are better; told by the metric's name if not given",
        choices=("higher", "lower"),
    ),
    Option("rows", Sort.COUNT, "on how many rows it must have been measured at least"),
)


def mistake(asked: Asked) -> str:
    """What does not fit together in what is asked."""
    low, high = asked.number("min"), asked.number("max")
    if low is None and high is None and not asked.text("compared-to"):
        return "say min, max or compared-to: else every value passes"
    if low is not None and high is not None and low > high:
        return f"min {low:g} is more than max {high:g}"
    return "worse-by is 0 or more" if (asked.number("worse-by") or 0) < 0 else ""


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each bound, and for each model of a system."""
    if not case.models:
        yield case.unknown("there is no model in it that could have been measured")
    for model in case.models:
        yield from _of_model(case, asked, model)


def _of_model(case: Case, asked: Asked, model: int) -> Iterator[Finding]:
    name = asked.text("metric")
    found = _latest(case.evaluations, model, name, asked.text("on"))
    if found is None:
        yield case.unknown(
            _never(case, model, name, asked.text("on")),
            model,
            remedy="record a run that measures it: `whence run -- python evaluate.py`",
        )
        return
    value = found.metrics[name][0]
    told = f"{name} is {value:.6g} on {found.ground}"
    figures: dict[str, Any] = {"metric": name, "value": value, "on": str(found.ground)}
    least, low, high = asked.count("rows"), asked.number("min"), asked.number("max")
    if least is not None and (found.ground.rows or 0) < least:
        rows = "an unknown number of" if found.ground.rows is None else f"{found.ground.rows:,}"
        answer = case.unknown if found.ground.rows is None else case.failed
        yield answer(f"{name} was measured on {rows} rows; {least:,} are asked for", found.run)
    if low is not None and not value >= low:
        yield case.failed(f"{told}; at least {low:g} is asked for", found.run, **figures)
    elif high is not None and not value <= high:
        yield case.failed(f"{told}; at most {high:g} is asked for", found.run, **figures)
    elif low is not None or high is not None:
        yield case.passed(told, found.run, **figures)
    if asked.text("compared-to"):
        yield from _compared(case, asked, found, value)


def _compared(case: Case, asked: Asked, mine: Evaluation, value: float) -> Iterator[Finding]:
    name, other = asked.text("metric"), asked.text("compared-to")
    ref = other if "@" in other else f"{case.names[0]}@{other}"
    try:
        handle = resolve_ref(case.reader, ref, lambda _: None).handle
    except NotFoundError:
        yield case.passed(f"there is no {ref} to compare {name} with")
        return
    except AmbiguousError as error:
        yield case.unknown(error.message, remedy=error.hint)
        return
    models = Case(case.reader, handle, case.now).models
    if set(models) <= set(case.models):
        yield case.passed(f"{ref} is this very model")
        return
    theirs = [
        each
        for each in sorted(
            evaluations(case.reader, models, {}), key=lambda each: (each.at, each.order)
        )
        if name in each.metrics
    ]
    same = [each for each in theirs if _is_same_ground(each, mine)]
    if not same:
        yield case.unknown(
            f"{ref} was not measured by {name} on {mine.ground}",
            mine.run,
            remedy=f"measure {ref} on the same data",
        )
        return
    reference = same[-1].metrics[name][0]
    allowed = asked.number("worse-by") or 0.0
    behind = abs(value - reference) if _is_better(asked, name, reference, value) else 0.0
    told = f"{name} is {value:.6g}, that of {ref} {reference:.6g}, on {mine.ground}"
    answer = case.passed if behind <= allowed else case.failed
    limit = f"; it may be worse by {allowed:g}" if behind > allowed else ""
    yield answer(
        told + limit, mine.run, same[-1].run, value=value, reference=reference, worse_by=behind
    )


def _is_better(asked: Asked, name: str, one: float, other: float) -> bool:
    if asked.text("better"):
        return one > other if asked.text("better") == "higher" else one < other
    return better(name, one, other)


def _is_same_ground(one: Evaluation, other: Evaluation) -> bool:
    """Whether both were measured on the same bytes; names alone show nothing."""
    if all(one.ground.digests) and all(other.ground.digests):
        return bool(one.ground.digests) and one.ground.digests == other.ground.digests
    return False


def _latest(told: Iterable[Evaluation], model: int, name: str, on: str) -> Evaluation | None:
    alike = [
        each
        for each in told
        if each.model == model and name in each.metrics and (not on or _is_on(each, on))
    ]
    return alike[-1] if alike else None


def _is_on(each: Evaluation, on: str) -> bool:
    if on.startswith("sha256:"):
        start = on.removeprefix("sha256:")
        return len(start) >= 6 and any(digest.startswith(start) for digest in each.ground.digests)
    return on in each.ground.names


def _never(case: Case, model: int, name: str, on: str) -> str:
    known = sorted(
        {metric for each in case.evaluations if each.model == model for metric in each.metrics}
    )
    where = f" on {on}" if on else ""
    others = f"; recorded are {', '.join(known[:8])}" if known else ""
    return f"{name} of {case.node_of(model).name} was not measured{where}{others}"
