"""Who said yes or no to a thing, as ``approve``, ``reject`` and ``show`` print it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.cli.render.text import printable

_SHOWN = 6
"""Changes that are told of one approval; the JSON has them all."""

_VERBS = {"approve": "approved", "reject": "rejected", None: "unreadable"}


def render_decision(name: str, told: Mapping[str, Any], *, others: int) -> str:
    """What was just said."""
    role = f" as {told['role']}" if told["role"] else ""
    key = told["key"].split("+")[0] if told["key"] else "nobody"
    lines = [
        f"{name} {_VERBS[told['decision']]} by {told['by']}{role}: {told['reason']}",
        f"  signed with the key of {key}; seen: {told['sight'][:12]}",
    ]
    if told["is_author"] and told["decision"] == "approve":
        lines.append(
            f"  {told['by']} is among those who made it: policies that ask for others "
            "do not count this"
        )
    if others:
        word = "decision" if others == 1 else "decisions"
        lines.append(f"  {others} earlier {word}: `whence show {name}`")
    return "\n".join(printable(line) for line in lines)


def approval_rows(told: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """One row for each, with what changed since below it."""
    return [row for each in told for row in _rows(each)]


def decision_rows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """All that was decided about a thing: approvals, verdicts, waivers, protected aliases."""
    found = approval_rows(told.get("approvals", ()))
    for each in told.get("checks", ()):
        shut = [one["called"] for one in each["rules"] if one["blocks"]]
        answer = "passed" if each["passed"] else f"held up by {each['policy']['name']}:"
        what = each["policy"]["name"] if each["passed"] else ", ".join(shut)
        purpose = f" for {each['purpose']}" if each["purpose"] else ""
        by = f", asked by {each['by']}" if each.get("by") else ""
        found.append((f"{answer} {what}{purpose}, {each['at'][:16]}{by}",))
    for each in told.get("waivers", ()):
        found.append(
            (f"{each['rule']} waived by {each['by']} until {each['until']}: {each['reason']}",)
        )
    for each in told.get("protection", ()):
        found.append((f"{each['alias']} moves only through {each['policy']}, set by {each['by']}",))
    return found


def _rows(each: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    role = f" as {each['role']}" if each["role"] else ""
    state = _state(each)
    yield (
        f"{_VERBS[each['decision']]} by {each['by']}{role}, {each['at'][:16]}: {each['reason']}"
        + (f" ({state})" if state else ""),
    )
    if each["problem"]:
        return
    for change in each["changes"][:_SHOWN]:
        yield (f"  since then: {change['text']}",)
    if len(each["changes"]) > _SHOWN:
        yield (f"  + {len(each['changes']) - _SHOWN} more; --json has them all",)


def _state(each: Mapping[str, Any]) -> str:
    if each["problem"]:
        return str(each["problem"])
    words = []
    if each["is_author"]:
        words.append("made it")
    if each["vouching"] == "server":
        words.append("vouched for by a server")
    if each["has_changed"]:
        words.append("what was seen has changed")
    return ", ".join(words)
