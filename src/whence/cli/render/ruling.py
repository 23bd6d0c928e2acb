"""What ``whence check`` prints, and ``whence alias`` where a gate is shut."""

from collections.abc import Iterator, Mapping
from typing import Any

from whence.cli.render.style import Paint, painter
from whence.cli.render.text import fold, printable

_SHOWN = 8
"""Findings of one rule that are shown; the JSON has them all."""

_PASSED = 4
"""The same of what is well."""

_ANSWERS = {"passed": "passes", "failed": "fails", "unknown": "unknown"}


def render_ruling(told: Mapping[str, Any], *, width: int, styled: bool) -> str:
    """The answer of ``governance.verdict.Verdict.as_json`` as text."""
    paint = painter(styled=styled)
    return "\n".join(_lines(told, width, paint))


def _lines(told: Mapping[str, Any], width: int, paint: Paint) -> Iterator[str]:
    name, policy = told["subject"]["name"], told["policy"]
    source = ", ".join(
        each
        for each in (
            policy.get("source", ""),
            f"commit {policy['commit'][:10]}" if policy.get("commit") else "",
        )
        if each
    )
    verb = "passes" if told["passed"] else "does not pass"
    purpose = f" for {told['purpose']}" if told["purpose"] else ""
    title = f"{name} {verb} the policy {policy['name']}{purpose}"
    yield paint(printable(title), "name" if told["passed"] else "failed") + (
        f" ({printable(source)})" if source else ""
    )
    yield ""
    left = max(len(each["called"]) for each in told["rules"])
    answers = [_answer(each) for each in told["rules"]]
    middle = max(map(len, answers))
    for each, answer in zip(told["rules"], answers, strict=True):
        head = f"  {each['called'].ljust(left)}  {answer.ljust(middle)}  "
        worn = "failed" if each["blocks"] else "dim" if not each["applies"] else "added"
        yield from _rule(each, head, width, lambda text, worn=worn: paint(text, worn))
    yield ""
    seen = told["sight"][:12]
    how = f"whence approve {printable(name)} --seen {seen} --reason …"
    yield f"seen: {seen}; to approve just this: `{how}`"


def _answer(each: Mapping[str, Any]) -> str:
    if not each["applies"]:
        return "not asked"
    if each.get("waived_by"):
        return "waived"
    answer = _ANSWERS[each["outcome"]]
    if each["outcome"] != "passed" and not each["blocks"]:
        return f"{answer}, let pass"
    return answer


def _rule(each: Mapping[str, Any], head: str, width: int, paint: Any) -> Iterator[str]:
    room = max(width - len(head), 40)
    lines = list(_texts(each, room)) or [""]
    yield paint(head) + lines[0]
    yield from (" " * len(head) + line for line in lines[1:])


def _texts(each: Mapping[str, Any], room: int) -> Iterator[str]:
    """Its findings: what is not well with its remedy, and what is well in short."""
    waiver = each.get("waived_by")
    if waiver:
        told = f"by {waiver['by']} until {waiver['until']}: {waiver['reason']}"
        yield from fold(printable(told), room)
    bad = [one for one in each["findings"] if one["outcome"] != "passed"]
    for one in bad[:_SHOWN]:
        mark = "? " if one["outcome"] == "unknown" else ""
        yield from fold(printable(mark + one["message"]), room)
        if one.get("remedy"):
            first, *rest = fold(printable(f"→ {one['remedy']}"), room - 2)
            yield f"  {first}"
            yield from (f"    {line}" for line in rest)
    if len(bad) > _SHOWN:
        yield f"+ {len(bad) - _SHOWN} more; --json has them all"
    if bad and each.get("why"):
        yield from fold(printable(f"asked because {each['why']}"), room)
    good = [one for one in each["findings"] if one["outcome"] == "passed"]
    if bad and each["rule"] != "approvals":
        good = []  # whose approval does not count is a part of why there are too few
    for one in good[:_PASSED]:
        yield from fold(printable(one["message"]), room)
    if len(good) > _PASSED:
        yield f"+ {len(good) - _PASSED} more; --json has them all"
    for one in each.get("expired", ()) if not bad else ():
        yield from fold(
            printable(f"the waiver by {one['by']} ended on {one['until']} and can be taken out"),
            room,
        )
