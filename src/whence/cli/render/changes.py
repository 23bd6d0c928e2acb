"""One change of a difference as lines, layer by layer."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from whence.cli.render.text import cells, cut, printable
from whence.drawing.figures import counted, size_text
from whence.query.diff.difference import Change
from whence.query.diff.sentence import MINUS, step_text

LINES = 60
"""How many lines below its changes one layer shows: hunks, rows of tables."""

_HUNK_LINES = 24
_SENTENCES = 6
_CAUSES = 4
_STEPS = 3
_VALUE = 60

_MARKS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "changed": ("~", "", ""),
        "only_in_a": ("-", "only in a", "removed"),
        "only_in_b": ("+", "only in b", "added"),
        "unknown": ("?", "not known", "gap"),
    }
)
"""What is the matter → its mark, its words, its style."""


_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "ran": "ran",
        "called": "its function ran",
        "loaded": "not followed",
        "unseen": "not seen to run",
        "imports": "imports",
        "speaks": "only prints",
        "unnamed": "nothing names it",
        "idle": "did not run",
        "layout": "layout only",
    }
)
"""The part that an edit can have had → how it is said beside its hunk."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and the style that repeats what it says."""

    text: str
    style: str = ""


def change_lines(layer: str, change: Change, room: int, budget: int) -> Iterator[Line]:
    """A change: a line that says it all, and below it what is inside.

    Args:
        layer: The layer that it belongs to.
        change: The change.
        room: Cells for its name, so that what follows stands in line.
        budget: How many lines may follow below.
    """
    mark, words, style = _MARKS[change.what]
    name = printable(change.name)
    pad = " " * max(room - cells(name), 0)
    facts = [words, *_FACTS.get(layer, _value_facts)(change), _reason(change)]
    told = "  ".join(each for each in facts if each)
    yield Line(f"  {mark} {name}{pad}  {told}{_steps(change)}", style)
    below = [*_below(change)]
    yield from below[:budget] if budget > 0 else ()
    if len(below) > max(budget, 0):
        yield Line(f"      … {len(below) - max(budget, 0)} more lines (--json has them)", "dim")


def facts_of(layer: str, change: Change) -> list[str]:
    """What a change says beside its name: values, sizes, counts."""
    return [each for each in _FACTS.get(layer, _value_facts)(change) if each]


def value_text(value: Any) -> str:
    """A value as it would be written, on one line."""
    if isinstance(value, str):
        shown = printable(value)
        return cut(shown, _VALUE) if shown and " " not in shown else cut(f'"{shown}"', _VALUE)
    return cut(printable(json.dumps(value, ensure_ascii=False)), _VALUE)


# ------------------------------------------------------------------ by layer


def _value_facts(change: Change) -> Iterator[str]:
    """A parameter, a package: the value before and after, and where it was seen."""
    if change.detail.get("about") == "file":
        yield "the file differs" if change.what == "changed" else ""
    elif change.what == "changed":
        yield f"{value_text(change.a)} → {value_text(change.b)}"
    elif change.what != "unknown":
        yield value_text(change.a if change.what == "only_in_a" else change.b)
    source = change.detail.get("source")
    if source:
        yield printable(str(source))
    if change.detail.get("imported") is False:
        yield "not imported"


def _metric_facts(change: Change) -> Iterator[str]:
    if change.what == "changed":
        yield printable(step_text(change.a, change.b, change.detail.get("delta")))
    elif change.what != "unknown":
        yield value_text(change.a if change.what == "only_in_a" else change.b)
    if change.detail.get("measured_by"):
        yield f"by {printable(str(change.detail['measured_by']))}"
    if change.detail.get("series"):
        yield "its course differs"


def _code_facts(change: Change) -> Iterator[str]:
    paths = change.detail.get("paths")
    if paths:
        yield f"was {printable(paths['a'])}"
    if "added" in change.detail:
        yield f"+{change.detail['added']} {MINUS}{change.detail['removed']}"


def _file_facts(change: Change) -> Iterator[str]:
    if change.detail.get("about") == "outcome":
        yield f"{change.a} → {change.b}"
        return
    a, b = (each if isinstance(each, Mapping) else {} for each in (change.a, change.b))
    if a and b and a.get("name") != b.get("name"):
        yield f"was {printable(str(a['name']))}"
    yield _before_after(a.get("size"), b.get("size"), size_text)
    yield _before_after(a.get("rows"), b.get("rows"), lambda count: counted(count, "row", "rows"))


_FACTS: Mapping[str, Callable[[Change], Iterator[str]]] = MappingProxyType(
    {
        "data": _file_facts,
        "outputs": _file_facts,
        "code": _code_facts,
        "metrics": _metric_facts,
    }
)
"""Layer → what its changes tell beside their names; parameters and environments tell values."""


def _before_after(a: Any, b: Any, show: Callable[[int], str]) -> str:
    shown = [show(each) for each in (a, b) if isinstance(each, int)]
    return " → ".join(dict.fromkeys(shown))


def _because(change: Change) -> str:
    because: Sequence[Mapping[str, Any]] = change.detail.get("because") or ()
    cause = change.detail.get("cause")
    if cause == "unexplained":
        return "unexplained: nothing recorded upstream differs"
    if cause == "unknown":
        return "nothing upstream is known to differ, but not all of it is known"
    if not because:
        return ""
    names = [_cause_name(each) for each in because[:_CAUSES]]
    left = len(because) - len(names) + change.detail.get("because_more", 0)
    return f"because of {', '.join(names)}" + (f" and {left:,} more" if left else "")


def _cause_name(cause: Mapping[str, Any]) -> str:
    name = printable(str(cause.get("name")))
    if cause.get("layer") == "environment":
        return "the environment"
    return f"step {name}" if cause.get("layer") == "steps" else name


def _reason(change: Change) -> str:
    reason = change.detail.get("reason")
    side = change.detail.get("side")
    told = printable(str(reason)) if reason else ""
    return f"{told} (in {side})" if told and side else told


def _steps(change: Change) -> str:
    if not change.steps:
        return ""
    more = f" and {len(change.steps) - _STEPS} more" if len(change.steps) > _STEPS else ""
    return f"  [{', '.join(map(printable, change.steps[:_STEPS]))}{more}]"


# -------------------------------------------------------------------- inside


def _below(change: Change) -> Iterator[Line]:
    because = _because(change)
    if because:
        yield Line(f"      {because}", "gap" if change.detail.get("unexplained") else "dim")
    reaches = change.detail.get("reaches") or ()
    if reaches:
        yield Line(f"      reaches {', '.join(map(printable, reaches))}", "dim")
    yield from _hunks(change.detail.get("hunks") or (), change.detail.get("edits") or ())
    table = change.detail.get("table")
    for sentence in (table.get("sentences") or ())[:_SENTENCES] if table else ():
        yield Line(f"      {printable(str(sentence))}")
    members = change.detail.get("members")
    if members:
        yield from _members(members)


def _hunks(hunks: Sequence[str], edits: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    lines = []
    for nth, hunk in enumerate(hunks):
        head, *rest = hunk.split("\n")
        parts = dict.fromkeys(str(each.get("part")) for each in edits if each.get("hunk") == nth)
        told = ", ".join(_PARTS[part] for part in parts if part in _PARTS)
        lines += [f"{head}  {told}" if told and [*parts] != ["loaded"] else head, *rest]
    for line in lines[:_HUNK_LINES]:
        style = {"+": "added", "-": "removed", "@": "dim"}.get(line[:1], "")
        yield Line(f"      {line[:1]}{printable(line[1:].expandtabs(4))}", style)
    if len(lines) > _HUNK_LINES:
        yield Line(f"      … {len(lines) - _HUNK_LINES} more lines (--json has them)", "dim")


def _members(members: Mapping[str, Any]) -> Iterator[Line]:
    counts = ", ".join(f"{members[what]:,} {what}" for what in ("added", "removed", "changed"))
    yield Line(f"      files inside: {counts}, {members['unchanged']:,} unchanged")
    for what, mark, style in (
        ("added", "+", "added"),
        ("removed", "-", "removed"),
        ("changed", "~", ""),
    ):
        for path in members["paths"][what][:3]:
            yield Line(f"        {mark} {printable(path)}", style)
