"""It has not been retired, nor the name that it is a version of, nor a model that it comes from."""

from collections.abc import Iterable

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option

OPTIONS: tuple[Option, ...] = ()


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each thing that was retired."""
    del asked
    handles = [*case.ancestry] + ([] if case.line is None else [case.line])
    retired = [at for at in handles if is_retired(case, at)]
    for handle in retired:
        reason = case.account(handle).said("retired").get("reason") or "no reason told"
        yield case.failed(f"{case.node_of(handle).name} is retired: {reason}", handle)
    if not retired:
        yield case.passed("nothing that it comes from is retired")
    yield from case.cut_off()


def is_retired(case: Case, handle: int) -> bool:
    """Whether somebody took a thing out of use, and nobody put it back."""
    return bool(case.account(handle).said("retired").get("retired"))
