"""What ``whence system`` prints of one version, and ``whence diff`` of two."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.cli.render.deployments import deployment_rows
from whence.cli.render.register import word_rows
from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import cut, printable

_PARTS = (
    Column("part"),
    Column("is"),
    Column("what", fit=Fit.MIDDLE),
    Column("content"),
    Column("", fit=Fit.END),
)
_CHANGES = (
    Column(""),
    Column("part"),
    Column("is"),
    Column("before", fit=Fit.MIDDLE),
    Column("after", fit=Fit.MIDDLE),
)
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "same": " ", "same content": " "}


def render_system(told: Mapping[str, Any], *, width: int, styled: bool) -> str:
    """One version: its parts and wires, and what is said of it."""
    paint = painter(styled=styled)
    created = str(told["created_at"] or "")[:16].replace("T", " ")
    head = paint(printable(told["name"]), "name")
    lines = [f"{head}  system version  {created} UTC by {told['created_by']}"]
    facts = [*word_rows(told)]
    facts += [
        ("serves", "  ".join(filter(None, row))) for row in deployment_rows(told["deployments"])
    ]
    if told["file"]:
        facts.append(("told in", f"{told['file']['name']}  sha256:{told['file']['sha256'][:12]}"))
    lines += [f"  {paint(f'{name:<11}', 'dim')}  {printable(text)}" for name, text in facts]
    rows = [
        (part["name"], part["as"], part["called"], _content(part), part["retired"])
        for part in told["parts"]
    ]
    kept = [at for at in range(len(_PARTS)) if at < 4 or any(row[at] for row in rows)]
    lines += [
        "",
        render_table(
            [_PARTS[at] for at in kept],
            [[row[at] for at in kept] for row in rows],
            width=width,
            paint=paint,
        ),
    ]
    if told["wires"]:
        lines += ["", paint("wires", "name")]
        lines += [f"  {printable(a)} → {printable(b)}" for a, b in told["wires"]]
    return "\n".join(line if styled else cut(line, max(width, 60)) for line in _split(lines))


def render_parts_diff(told: Mapping[str, Any], *, width: int, styled: bool) -> str:
    """What differs between two versions of a system, part by part."""
    paint = painter(styled=styled)
    head = f"{printable(told['a']['name'])} → {printable(told['b']['name'])}"
    if told["same"]:
        return f"{head}: the same parts, joined in the same way"
    rows = [
        (_SIGNS[each["what"]], each["name"], (each["b"] or each["a"])["as"], *_ends(each))
        for each in told["parts"]
    ]
    lines = [
        paint(head, "name"),
        render_table(
            _CHANGES,
            rows,
            width=width,
            paint=paint,
            style=lambda row, _: "dim" if rows[row][0] == " " else None,
        ),
    ]
    for sign, wires in (("-", told["wires"]["removed"]), ("+", told["wires"]["added"])):
        lines += [f"{sign} wire {printable(a)} → {printable(b)}" for a, b in wires]
    changed = [each for each in told["parts"] if each["what"] == "changed"]
    for each in changed[:3]:
        refs = f"{each['a']['id'][:8]} {each['b']['id'][:8]}"
        lines.append(
            paint(f"`whence diff {refs}` says why {printable(each['name'])} differs", "dim")
        )
    return "\n".join(lines)


def _ends(each: Mapping[str, Any]) -> tuple[str, str]:
    was, now = ("" if part is None else _named(part, each) for part in (each["a"], each["b"]))
    if each["what"] in {"same", "same content"}:
        return was, "" if was == now else now
    return was, now


def _named(part: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    """By its name; by its content too, where that is all that differs."""
    others = {other["called"] for other in (each["a"], each["b"]) if other is not None}
    alone = len(others) == 1 and each["what"] == "changed"
    content = _content(part)
    return f"{part['called']} {content}" if alone and content else str(part["called"])


def _content(part: Mapping[str, Any]) -> str:
    return f"sha256:{part['digest']['sha256'][:12]}" if part["digest"] else ""


def _split(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield from line.split("\n")
