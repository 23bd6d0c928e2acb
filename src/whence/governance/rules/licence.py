"""Everything that it comes from may be used, by licence.

Looked at are the data and models of the whole ancestry, base models from elsewhere included. A
licence is what somebody said of a thing (a licence of its own, a tag `licence` or `license`, a
model card), by its SPDX id or as it is called; `*` in `allow` and `deny` stands for anything. It
fails for a licence in `deny`, or outside `allow` where that is given. It is unknown where a thing
that came from outside has none; what a recorded run made takes after what it was made from.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.model.node import NodeKind

OPTIONS = (
    Option("allow", Sort.TEXTS, "licences that may be there, and no others"),
    Option("deny", Sort.TEXTS, "licences that may not be there"),
    Option(
        "of",
        Sort.TEXTS,
        "what is asked for its licence: data, models",
        ("data", "models"),
        choices=("data", "models"),
    ),
)

_KINDS: Mapping[str, frozenset[NodeKind]] = {
    "data": frozenset({NodeKind.DATASET, NodeKind.INDEX}),
    "models": frozenset({NodeKind.MODEL}),
}
_KEYS = ("licence", "license", "spdx", "spdx_id", "id", "name")


def mistake(asked: Asked) -> str:
    """What does not fit together in what is asked."""
    return "" if asked.texts("allow") or asked.texts("deny") else "say allow or deny"


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each thing with a licence, or without one where there should be."""
    kinds = frozenset().union(*(_KINDS[each] for each in asked.texts("of")))
    allow, deny = asked.texts("allow"), asked.texts("deny")
    asked_of = [(handle, node) for handle, node in case.ancestry.items() if node.kind in kinds]
    if not any(handle in case.roots for handle, _ in asked_of):
        yield case.passed(f"no {' or '.join(asked.texts('of'))} in it came from outside")
    for handle, node in asked_of:
        licences = licences_of(case, handle)
        for licence in licences:
            if _is_in(licence, deny) or (allow and not _is_in(licence, allow)):
                yield case.failed(
                    f"{node.name} is under {licence}",
                    handle,
                    remedy="use something else, or have somebody who may do so waive it",
                    licence=licence,
                )
            else:
                yield case.passed(f"{node.name} is under {licence}", handle, licence=licence)
        if not licences and handle in case.roots:
            yield case.unknown(
                f"nobody said under which licence {node.name} is",
                handle,
                remedy=f"say it: `whence describe {node.name} --licence SPDX-ID`",
            )
    yield from case.cut_off()


def licences_of(case: Case, handle: int) -> list[str]:
    """What people said of a thing's licence, and of other things of the same bytes."""
    found: dict[str, None] = {}
    for each in case.alike(handle):
        account = case.account(each)
        for facet in ("licence", "tags", "remote"):
            found |= dict.fromkeys(_said(account.said(facet), facet))
        for claim in account.said("claims").values():
            if isinstance(claim, Mapping):
                found |= dict.fromkeys(_said(claim, "claims"))
    return list(found)


def _said(told: Mapping[str, Any], facet: str) -> Iterator[str]:
    for key, value in told.items():
        if key.casefold() in (_KEYS if facet == "licence" else _KEYS[:2]):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str) and each.strip():
                    yield each.strip()


def _is_in(licence: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(licence.casefold(), each.casefold()) for each in patterns)
