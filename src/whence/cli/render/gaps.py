"""What ``whence gaps`` prints: warnings, how much is known, what would help, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.cli.render.style import Paint, painter
from whence.cli.render.table import Column, render_table
from whence.cli.render.text import cut, fold, printable
from whence.drawing.figures import counted

_INDENT = "  "
_BASES = ("observed", "declared", "imported", "inferred", "unknown")
_MARKS = {"high": "!!", "medium": "! ", "low": "! "}
_NOTHING = "·"


def render_gaps(told: Mapping[str, Any], *, width: int, styled: bool) -> str:
    """The answer of ``query.gaps.gaps_json`` as text."""
    paint = painter(styled=styled)
    parts = [
        list(_warnings(told["warnings"], width, paint)),
        list(_completeness(told["completeness"], width, paint)),
        list(_actions(told["completeness"]["actions"], width, paint)),
        list(_notes(told["notes"], width, paint)),
        list(_gaps(told, paint)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _warnings(warnings: Sequence[Mapping[str, Any]], width: int, paint: Paint) -> Iterator[str]:
    for each in warnings:
        mark = _MARKS[each["severity"]]
        lines = list(fold(printable(_sentence(each["message"])), max(width - 3, 40)))
        yield paint(f"{mark} {lines[0]}", "failed")
        yield from (f"   {line}" for line in lines[1:])
        yield f"   {paint('trained', 'dim')}    {_stage(each['trained'])}"
        yield f"   {paint('evaluated', 'dim')}  {_stage(each['evaluated'])}"


def _stage(told: Mapping[str, Any]) -> str:
    """Where in the code, by what, in which run."""
    where = ", ".join(told["where"][:3])
    by = ", ".join(told["by"][:3]) + (" …" if len(told["by"]) > 3 else "")
    data = told["what"] or ", ".join(told["files"][:2])
    words = [by, f"of {data}" if data else "", f"at {where}" if where else ""]
    run = f"in run {told['run'][:8]}"
    if told["job"] not in told["by"]:
        run += f" ({told['job']})"
    return printable(" ".join(word for word in [*words, run] if word))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _completeness(told: Mapping[str, Any], width: int, paint: Paint) -> Iterator[str]:
    if told["score"] is None:
        return
    yield paint(f"{_percent(told['score'])} of where this comes from is known", "name")
    columns = [
        Column("layer"),
        Column("known", right=True),
        *(Column(basis, right=True) for basis in _BASES),
    ]
    layers = told["layers"]
    rows = [_row(name.replace("_", " "), layer) for name, layer in layers.items()]
    rows.append(["in all", _percent(told["score"]), *_shares(told["shares"])])
    yield render_table(columns, rows, width=width, paint=paint)
    yield ""
    left = max(map(len, layers))
    for name, layer in layers.items():
        if text := _missing(layer):
            shown = cut(printable(text), max(width - left - 4, 40))
            yield f"{_INDENT}{paint(name.replace('_', ' ').ljust(left), 'dim')}  {shown}"


def _row(name: str, layer: Mapping[str, Any]) -> list[str]:
    if not layer["applies"]:
        return [name, "-", *[""] * len(_BASES)]
    return [name, _percent(layer["score"]), *_shares(layer["shares"])]


def _missing(layer: Mapping[str, Any]) -> str:
    """What weighs most of what is not known, or why nothing was asked."""
    if not layer["applies"]:
        return f"not counted: {layer['reason']}"
    if not layer["missing"]:
        return ""
    first, count = layer["missing"][0], layer["missing_count"]
    more = f" (and {count - 1} more)" if count > 1 else ""
    return f"{first['about']}: {first['reason']}{more}"


def _shares(shares: Mapping[str, float]) -> list[str]:
    return [_percent(shares[basis]) if shares[basis] else _NOTHING for basis in _BASES]


def _percent(share: float) -> str:
    """Whole percents; only what is wholly known is 100 %, only what is wholly unknown 0 %."""
    rounded = round(share * 100)
    if rounded == 100 and share < 1:
        return "99 %"
    if rounded == 0 and share > 0:
        return "1 %"
    return f"{rounded} %"


def _actions(actions: Sequence[Mapping[str, Any]], width: int, paint: Paint) -> Iterator[str]:
    if not actions:
        return
    yield paint("What would raise it most easily", "name")
    for each in actions:
        text = f"{_sentence(each['what'])[:-1]} ({each['cost_meaning']})"
        first, *rest = fold(printable(text), max(width - 10, 40))
        points = f"+{each['points']:.1f}"
        yield f"{_INDENT}{points:>6}  {first}"
        yield from (f"{_INDENT}        {line}" for line in rest)
        for command in each["commands"]:
            for line in command.split("\n"):
                mark = "$" if line == command.split("\n")[0] else ">"
                yield paint(f"{_INDENT}        {mark} {printable(line)}", "dim")


def _notes(notes: Sequence[Mapping[str, Any]], width: int, paint: Paint) -> Iterator[str]:
    for each in notes:
        first, *rest = fold(printable(_sentence(each["message"])), max(width - 6, 40))
        yield f"{paint('note:', 'dim')} {first}"
        yield from (f"      {line}" for line in rest)


def _gaps(told: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    gaps, nodes = told["gaps"], told["nodes"]
    things = counted(nodes, "thing", "things")
    if not gaps:
        yield f"No gaps among the {things} this comes from, as far as was observed."
        return
    yield paint(f"{counted(len(gaps), 'gap', 'gaps')} among the {things} this comes from", "name")
    for kind, meaning in told["kinds"].items():
        yield ""
        yield f"{kind}: {meaning}"
        for gap in gaps:
            if gap["kind"] == kind:
                yield f"{_INDENT}? {printable(gap['about'])}: {printable(gap['reason'])}"
                if gap["remedy"]:
                    yield f"{_INDENT}  to fill it: {printable(gap['remedy'])}"
