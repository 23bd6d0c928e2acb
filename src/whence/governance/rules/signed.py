"""One of these keys signed for the very bytes of its model.

Looked at are approvals of the thing, however old and whatever changed since: an approval names the
model by the SHA-256 of its bytes, and those are compared. Where the bytes are not known by digest
it is unknown.
"""

from collections.abc import Iterable

from whence.governance.approval import approvals_of, is_signed_by
from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.governance.rules.approvals import mistake as mistake_in_keys

OPTIONS = (
    Option(
        "keys",
        Sort.TEXTS,
        "verifier keys of which one must have signed: `whence key`",
        required=True,
    ),
)


def mistake(asked: Asked) -> str:
    """What does not fit together in what is asked."""
    return mistake_in_keys(Asked({**asked, "count": 1}))


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer."""
    unknown = [at for at in case.models if case.node_of(at).digest is None]
    for model in unknown:
        yield case.unknown(f"the bytes of {case.node_of(model).name} are not known", model)
    signed = [
        each
        for each in approvals_of(case.reader, case.handle)
        if each.is_yes and not each.problem and is_signed_by(each, asked.texts("keys"))
    ]
    if signed and signed[0].key is not None:
        yield case.passed(f"signed by {signed[0].key.name} on {signed[0].at[:10]}")
    elif not unknown:
        yield case.failed(
            "none of the keys that are asked for signed it",
            remedy=f"`whence approve {case.node.name} --reason …`, by the owner of one",
        )
