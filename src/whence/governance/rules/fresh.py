"""It is not too old: its data, its model, its evaluation, or its approval.

The age of data is counted from when a recorded run first met the newest of the data that came from
outside; that of a model from the end of the run that made it; that of an evaluation from the latest
run that measured it; that of an approval from the latest that counts. It is unknown where no time
is recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from whence.governance.approval import standing_of
from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.store.interface import Direction

OPTIONS = (
    Option(
        "of",
        Sort.TEXT,
        "what must be fresh",
        required=True,
        choices=("data", "model", "evaluation", "approval"),
    ),
    Option("days", Sort.COUNT, "how old it may be", required=True),
)

_REMEDIES: Mapping[str, str] = {
    "data": "run it again with newer data",
    "model": "train it again",
    "evaluation": "measure it again",
    "approval": "have it approved again: `whence approve`",
}


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer: how old the youngest of it is."""
    of, days = asked.text("of"), asked.count("days") or 0
    times = sorted(_TIMES[of](case))
    if not times:
        yield case.unknown(f"no time of its {of} is recorded", remedy=_REMEDIES[of])
        return
    at, handle = times[-1]
    age = datetime.fromisoformat(case.now) - datetime.fromisoformat(at)
    old = age.total_seconds() / 86_400
    told = f"its {of} is {max(old, 0.0):.1f} days old (of {at[:10]})"
    if old > days:
        yield case.failed(
            f"{told}; {days} are asked for", handle, remedy=_REMEDIES[of], days=round(old, 2)
        )
    else:
        yield case.passed(told, handle, days=round(old, 2))


def _data(case: Case) -> Iterable[tuple[str, int]]:
    """Of each thing from outside, when a run first met it."""
    data = [at for at, node in case.roots.items() if node.kind is NodeKind.DATASET]
    first: dict[int, str] = {}
    for link in case.reader.links(data, Direction.EFFECTS) if data else ():
        if link.kind is EdgeKind.USED:
            at = str(case.account(link.origin).said("outcome").get("started_at") or "")
            if at:
                first[link.target] = min(at, first.get(link.target, at))
    return [(at, handle) for handle, at in first.items()]


def _model(case: Case) -> Iterable[tuple[str, int]]:
    for maker in case.makers:
        if at := case.account(maker).said("outcome").get("ended_at"):
            yield str(at), maker


def _evaluation(case: Case) -> Iterable[tuple[str, int]]:
    return [(each.at, each.run) for each in case.evaluations if each.at]


def _approval(case: Case) -> Iterable[tuple[str, int]]:
    return [
        (each.at, case.handle) for each in standing_of(case) if each.is_yes and not each.problem
    ]


_TIMES = {"data": _data, "model": _model, "evaluation": _evaluation, "approval": _approval}
