"""Somebody said what it is, whose it is, and where it is documented.

A description, an owner and the like may be said of the version, or of the name that it is a version
of. Anything else
is looked for among facets, tags and what the description says, by its name.
"""

from collections.abc import Iterable

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort

OPTIONS = (
    Option(
        "facets",
        Sort.TEXTS,
        "what must be said, such as description, owner, documentation, licence",
        ("description", "owner"),
    ),
)


_HOW = {
    "description": "--description TEXT",
    "owner": "--owner NAME=ROLE",
    "licence": "--licence SPDX-ID",
}


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each thing that must be said."""
    handles = [case.handle] + ([] if case.line is None else [case.line])
    for facet in asked.texts("facets"):
        if any(_is_said(case, handle, facet) for handle in handles):
            yield case.passed(f"its {facet} is recorded")
        else:
            how = _HOW.get(facet, f"--tag {facet}=…")
            yield case.unknown(
                f"its {facet} is not recorded",
                remedy=f"`whence describe {case.node.name} {how}`",
            )


def _is_said(case: Case, handle: int, facet: str) -> bool:
    account = case.account(handle)
    for name in (facet, f"{facet}s"):
        told = account.said(name)
        if any(value not in (None, "", [], {}) for value in told.values()):
            return True
    return any(
        account.said(where).get(facet) not in (None, "") for where in ("tags", "description")
    )
