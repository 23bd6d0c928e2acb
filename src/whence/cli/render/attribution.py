"""What ``whence attribute`` prints: a sentence, a table, a waterfall, and what to keep in mind.

All of it is told from the answer as JSON, so ``whence show`` tells a kept one in the same words.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from whence.cli.render.style import Paint, painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import cells, cut, fold, is_utf8, printable
from whence.drawing.figures import counted
from whence.drawing.waterfall import MINUS, Bar, Waterfall, bar_of_letters, figure, signed
from whence.reproduction.attribution.telling import decimals_of

_ASCII = str.maketrans({"→": "->", MINUS: "-", "…": "...", "±": "+-"})
_COLUMNS = (
    Column("factor", fit=Fit.MIDDLE, least=20),
    Column("layer"),
    Column("share", right=True),
    Column("interval"),
    Column("alone", right=True),
    Column("undone", right=True),
    Column(""),
)
_NAME = 36
"""Cells of a name beside its bar."""
_LISTED = 12
_METHODS: Mapping[str, str] = {
    "exact": "shares are exact: all mixtures were run",
    "first and last swaps": "shares are from each factor alone on A and undone alone from B",
    "sampled orders": "shares are from sampled orders of joining",
}


def render_attribution(
    told: Mapping[str, Any],
    *,
    width: int,
    styled: bool,
    encoding: str | None = "utf-8",
    runs: bool = False,
) -> str:
    """The answer as text.

    Args:
        told: ``schemas/attribution-1.json``.
        width: Cells of a line.
        styled: Whether colours may repeat what words and signs say.
        encoding: What the terminal understands; other than UTF-8 gives plain ASCII signs.
        runs: Whether every trial is listed.
    """
    plain = not is_utf8(encoding)
    paint = painter(styled=styled)
    lines = [*fold(printable(told["sentence"]), width)]
    if told["factors"]:
        lines += ["", _table(told, width, paint), "", *_waterfall(told, width, paint, plain=plain)]
    lines += ["", *_remarks(told, width, paint)]
    if runs:
        lines += ["", *_trials(told, width, paint)]
    text = "\n".join(line.rstrip() for line in lines)
    return text.translate(_ASCII) if plain else text


def waterfall_of(told: Mapping[str, Any]) -> Waterfall:
    """The answer as a drawing."""
    a, b, change = told["a"], told["b"], told["change"]
    decimals = decimals_of(told)
    went = "rose" if change["value"] > 0 else "fell" if change["value"] < 0 else "changed"
    return Waterfall(
        title=f"Why {told['metric']} {went} from {a['called']} to {b['called']}",
        told=f"{figure(a['mean'], decimals)} → {figure(b['mean'], decimals)}, "
        f"{signed(change['value'], decimals)}; {_effort(told)}",
        start=(a["called"], a["mean"]),
        end=(b["called"], b["mean"]),
        bars=tuple(
            Bar(
                each["factor"],
                each["share"],
                each["low"],
                each["high"],
                certain=each["cause"],
                note="tied" if each["tied"] else "",
            )
            for each in told["factors"]
        ),
        decimals=decimals,
        notes=(*_interactions(told), f"{told['caveat'].capitalize()}."),
    )


def _table(told: Mapping[str, Any], width: int, paint: Paint) -> str:
    decimals = decimals_of(told)
    rows = [
        (
            each["factor"],
            each["layer"],
            signed(each["share"], decimals),
            _interval(each, decimals),
            signed(each["alone"], decimals),
            signed(each["undone"], decimals),
            "tied" if each["tied"] else "" if each["cause"] else "within noise",
        )
        for each in told["factors"]
    ]
    causes = [each["cause"] for each in told["factors"]]

    def style(row: int, column: int) -> str | None:
        if not causes[row]:
            return "dim"
        return "name" if column in {0, 2} else None

    return render_table(_COLUMNS, rows, width=width, paint=paint, style=style)


def _interval(told: Mapping[str, Any], decimals: int) -> str:
    if told["low"] == told["high"]:
        return "exact"
    return f"[{signed(told['low'], decimals)}, {signed(told['high'], decimals)}]"


def _waterfall(told: Mapping[str, Any], width: int, paint: Paint, *, plain: bool) -> Iterator[str]:
    fall = waterfall_of(told)
    reach, decimals = fall.reach(), fall.decimals
    names = [fall.start[0], fall.end[0], *(bar.name for bar in fall.bars)]
    left = min(max(cells(printable(each)) for each in names), _NAME)
    room = max(min(width - left - 16, 60), 10)
    ends = ((fall.start, 0), (fall.end, 1))

    def row(name: str, bar: str, figures: str, style: str) -> str:
        shown = cut(printable(name), left)
        space = " " * (left - cells(shown) + 2)
        return paint(shown, style) + space + bar.ljust(room) + "  " + paint(figures, style)

    for (name, value), last in ends:
        if last:
            for bar, span in zip(fall.bars, fall.spans(), strict=True):
                letters = bar_of_letters(span, reach, room, plain=plain)
                style = ("added" if bar.change > 0 else "removed") if bar.certain else "dim"
                yield row(bar.name, letters, signed(bar.change, decimals), style)
        letters = bar_of_letters((value, value), reach, room, plain=plain)
        yield row(name, letters, figure(value, decimals), "name")


def _interactions(told: Mapping[str, Any]) -> Iterator[str]:
    decimals = decimals_of(told)
    for each in told["interactions"]:
        one, other = each["between"]
        interval = _interval(each, decimals)
        told_interval = "" if interval == "exact" else f" {interval}"
        effect = signed(each["effect"], decimals)
        yield f"Together {one} and {other} do {effect}{told_interval} beyond what each does."


def _remarks(told: Mapping[str, Any], width: int, paint: Paint) -> Iterator[str]:
    for text in _remarked(told):
        lines = list(fold(printable(text), width - 2))
        yield "- " + lines[0]
        yield from ("  " + line for line in lines[1:])
    for line in fold(f"{_effort(told)}; {told['caveat']}.", width):
        yield paint(line, "dim")


def _remarked(told: Mapping[str, Any]) -> Iterator[str]:
    yield from _interactions(told)
    for each in told["not_separable"]:
        yield (
            f"{' and '.join(each['members'])} cannot be told apart: with "
            f"{' and '.join(each['mixture'])} alone it does not run ({each['why']})"
        )
    for exact, words in ((True, "changes nothing at all"), (False, "without effect beyond noise")):
        idle = [each["factor"] for each in told["without_effect"] if each["exact"] == exact]
        if idle:
            more = f" and {len(idle) - _LISTED} more" if len(idle) > _LISTED else ""
            yield f"{words}: {', '.join(idle[:_LISTED])}{more}"
    for side in told["unrepeatable"]:
        of = told[side.lower()]
        yield (
            f"{of['called']} was recorded with {of['recorded']:g}, and gives {of['mean']:g} "
            "whenever it is run again: something that is not recorded has changed"
        )
    yield from _recorded(told)
    if not told["complete"]:
        yield (
            "the budget ended before it was as precise as it can be; asked again, it goes on "
            "from where it is"
        )
    if (
        told["standing"] == "no effect beyond noise"
        and told["change"]["low"] != told["change"]["high"]
    ):
        yield "causes that cancel each other are not looked for where the change itself is noise"
    yield from told["notes"]


def _recorded(told: Mapping[str, Any]) -> Iterator[str]:
    """Where the recorded change was partly luck of the seeds."""
    change = told["change"]
    if change is None or told["unrepeatable"] or not told["noise"]:
        return
    decimals = decimals_of(told)
    recorded = told["b"]["recorded"] - told["a"]["recorded"]
    if signed(recorded, decimals) == signed(change["value"], decimals):
        return
    yield (
        f"recorded was a change by {signed(recorded, decimals)}; over other seeds it is "
        f"{signed(change['value'], decimals)} "
        f"[{signed(change['low'], decimals)}, {signed(change['high'], decimals)}]"
    )


def _effort(told: Mapping[str, Any]) -> str:
    mixtures = {tuple(each["as_in_b"]) for each in told["trials"]}
    text = [counted(len(mixtures), "mixture", "mixtures")]
    if told["seeds"] > 1:
        text.append(f"up to {told['seeds']} seeds each")
    text.append(f"{counted(len(told['trials']), 'trial', 'trials')}, {told['spent']} run just now")
    if told["noise"]:
        text.append(f"seeds alone change it by {told['noise']:.2g} (sd)")
    else:
        text.append("seeds change nothing")
    return ", ".join(text)


def _trials(told: Mapping[str, Any], width: int, paint: Paint) -> Iterator[str]:
    """Every trial; factors by numbers, since their names together would fill the line."""
    blocks = (*told["factors"], *told["without_effect"])
    known = [name for block in blocks for name in block["members"]]
    known += [name for each in told["trials"] for name in each["as_in_b"]]
    numbers = {name: str(at) for at, name in enumerate(dict.fromkeys(known), 1)}
    yield paint("trials", "name")
    if told["method"] in _METHODS:
        yield paint(_METHODS[told["method"]], "dim")
    yield from (f"  {number}  {printable(name)}" for name, number in numbers.items())
    rows = [
        (
            " ".join(sorted((numbers[name] for name in each["as_in_b"]), key=int)) or "none",
            "recorded" if each["seed"] == 0 else f"moved by {each['seed']}",
            "" if each["value"] is None else f"{each['value']:.6g}",
            each["why"] or ", ".join(run[:8] for run in each["runs"]),
        )
        for each in told["trials"]
    ]
    columns = (
        Column("as in B"),
        Column("seeds"),
        Column(told["metric"], right=True),
        Column("runs", fit=Fit.END, least=20),
    )
    yield render_table(columns, rows, width=width, paint=paint)
