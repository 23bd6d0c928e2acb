"""What ``whence bisect`` prints: a sentence, and what was measured on the way from A to B."""

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import Any

from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import fold, is_utf8, printable
from whence.drawing.figures import counted
from whence.drawing.waterfall import MINUS, figure, signed
from whence.reproduction.attribution.telling import decimals_of

_ASCII = str.maketrans({"→": "->", MINUS: "-", "…": "...", "±": "+-"})


def render_bisection(
    told: Mapping[str, Any], *, width: int, styled: bool, encoding: str | None = "utf-8"
) -> str:
    """The answer as text.

    Args:
        told: ``schemas/bisection-1.json``.
        width: Cells of a line.
        styled: Whether colours may repeat what words and signs say.
        encoding: What the terminal understands; other than UTF-8 gives plain ASCII signs.
    """
    paint = painter(styled=styled)
    lines = [*fold(printable(told["sentence"]), width), ""]
    rows = list(_rows(told))
    columns = (
        Column("step", fit=Fit.END, least=20),
        Column(told["metric"], right=True),
        Column("carries", right=True),
    )

    def style(row: int, _: int) -> str | None:
        return "name" if rows[row][2] else "dim" if not rows[row][1] else None

    lines += [render_table(columns, rows, width=width, paint=paint, style=style), ""]
    for line in fold(_effort(told), width):
        lines.append(paint(line, "dim"))
    text = "\n".join(line.rstrip() for line in lines)
    plain = not is_utf8(encoding)
    return text.translate(_ASCII) if plain else text


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The points that were run, and how many between them were not."""
    decimals = decimals_of({**told, "factors": []})
    values: dict[int, list[float]] = {}
    broken: dict[int, str] = {}
    for each in told["trials"]:
        if each["value"] is None:
            broken[each["point"]] = each["why"]
        else:
            values.setdefault(each["point"], []).append(each["value"])
    carriers = {
        told["steps"].index(each["steps"][-1]) + 1: signed(each["change"], decimals)
        for each in told["carriers"]
    }
    skipped = 0
    titles = [told["a"]["called"], *(each["step"] for each in told["steps"])]
    for number, title in enumerate(titles):
        if number not in values and number not in broken:
            skipped += 1
            continue
        if skipped:
            yield f"… {counted(skipped, 'step', 'steps')} not run", "", ""
            skipped = 0
        value = figure(fmean(values[number]), decimals) if number in values else "does not run"
        yield title, value, carriers.get(number, "")


def _effort(told: Mapping[str, Any]) -> str:
    points = {each["point"] for each in told["trials"]}
    noise = f"seeds alone change it by {told['noise']:.2g} (sd)" if told["noise"] else ""
    return "; ".join(
        filter(
            None,
            [
                f"{len(points)} of {counted(len(told['steps']) + 1, 'point', 'points')} run",
                f"{counted(told['spent'], 'trial', 'trials')} run for it",
                noise or "seeds change nothing",
                "steps that undo each other between two like points are not seen",
            ],
        )
    )
