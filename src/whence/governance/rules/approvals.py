"""Enough people said yes to it, to what is there now, and nobody says no.

Counted is the latest word of each person. One key counts once, whatever names it signs. Not counted
is who made the thing (unless `by-authors`), who is no person (unless `by-services`), whose
signature does not hold, and who saw something else than there is now (unless `although-changed`). A
rejection that stands holds the gate shut. With `keys`, only what these keys signed counts. Without,
a name is what its bearer says it is, as everything on a laptop; a server counts only what was said
to it by people who had proved who they are.
"""

from collections.abc import Iterable

from whence.errors import WireError
from whence.governance.approval import Standing, is_signed_by, standing_of
from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.ledger.signing import VerifierKey

OPTIONS = (
    Option("count", Sort.COUNT, "how many people must have said yes", 1),
    Option("roles", Sort.TEXTS, "in which roles; one of these, as approvals say them"),
    Option("keys", Sort.TEXTS, "verifier keys of which one must have signed: `whence key`"),
    Option("by-authors", Sort.FLAG, "true: who made it may approve it", default=False),
    Option("by-services", Sort.FLAG, "true: services and agents may approve it", default=False),
    Option(
        "although-changed",
        Sort.FLAG,
        "true: an approval counts although what was seen has changed",
        default=False,
    ),
)


def mistake(asked: Asked) -> str:
    """What does not fit together in what is asked."""
    for text in asked.texts("keys"):
        try:
            VerifierKey.parse(text)
        except WireError as error:
            return f"keys: {error.message}"
    return "" if asked.count("count") else "count is 1 or more"


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each approval that does not count, and one for their number."""
    count, counted = asked.count("count") or 1, []
    for each in standing_of(case):
        its = each.approval
        if each.is_superseded:
            continue
        why = _why_not(case, each, asked)
        if not each.is_yes and not each.problem and not _is_nobody(case, each, asked):
            yield case.failed(
                f"{its.by} rejected it on {its.at[:10]}: {its.reason}",
                remedy=f"answer {its.by}, who may say yes later",
                record=its.record,
            )
        elif why:
            word = "approval" if each.is_yes or each.problem else "rejection"
            yield case.passed(f"the {word} by {its.by} of {its.at[:10]} does not count: {why}")
        else:
            counted.append(each)
    told = ", ".join(sorted(each.approval.by for each in counted))
    if len(counted) >= count:
        yield case.passed(f"approved by {told}", records=[each.approval.record for each in counted])
    else:
        so_far = f"; so far: {told}" if counted else ""
        people = "person" if count == 1 else "people"
        others = "" if asked.flag("by-authors") else " other than its authors"
        yield case.failed(
            f"{len(counted)} of {count} {people}{others} approved it{so_far}",
            remedy=f"`whence approve {case.node.name} --reason …`, by somebody else",
            approved=len(counted),
            authors=sorted(case.authors),
        )


def _is_nobody(case: Case, each: Standing, asked: Asked) -> str:
    """Why it is not known who said it, where that must be known; else empty."""
    if asked.texts("keys"):
        if not is_signed_by(each.approval, asked.texts("keys")):
            return "none of the keys that are asked for signed it"
    elif case.vouching_key is not None and not each.approval.is_vouched_by(case.vouching_key):
        return "nobody here vouches for the name in it; say it on this server"
    return ""


def _why_not(case: Case, each: Standing, asked: Asked) -> str:
    its = each.approval
    if each.problem:
        return each.problem
    if each.is_author and not asked.flag("by-authors"):
        return f"{its.by} is among those who made it"
    if its.kind != "person" and not asked.flag("by-services"):
        return f"a {its.kind} said it, not a person"
    if each.changes and not asked.flag("although-changed"):
        more = f" and {len(each.changes) - 1} more" if len(each.changes) > 1 else ""
        return f"what was seen has changed: {each.changes[0].text}{more}"
    if nobody := _is_nobody(case, each, asked):
        return nobody
    roles = asked.texts("roles")
    if roles and its.role not in roles:
        return f"it was said as {its.role or 'nobody in particular'}, not as {' or '.join(roles)}"
    return ""
