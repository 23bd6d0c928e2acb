"""What ``whence diff`` prints: one sentence, what most probably matters, then layer by layer.

Every line begins with its mark, and says in words what the mark says: ``=`` the same, ``~``
changed, ``+`` only in b, ``-`` only in a, ``?`` not known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from types import MappingProxyType

from whence.cli.render.changes import LINES, Line, change_lines
from whence.cli.render.likely import ranking_lines
from whence.cli.render.style import Paint, painter
from whence.cli.render.text import cut, fold, is_utf8, printable
from whence.drawing.figures import moment
from whence.query.diff.difference import Change, Compared, Difference, LayerDiff, StepPlace
from whence.query.diff.sentence import MINUS, summarise

LISTED = 12
"""How many changes of one kind a layer shows; the JSON has them all."""

_MARKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "same": ("=", "the same"),
        "changed": ("~", "changed"),
        "unknown": ("?", "not known"),
    }
)

_ASCII = str.maketrans({"→": "->", MINUS: "-", "…": "...", "·": "-", "—": "-"})

_LEAST = 40
"""Cells; on anything narrower lines are longer than it."""


def render_diff(
    difference: Difference, width: int, styled: bool, *, encoding: str | None = "utf-8"
) -> str:
    """The difference as text.

    Args:
        difference: The answer.
        width: Cells of a line; longer ones are cut, the sentence is broken into lines.
        styled: Whether colours may repeat what marks and words say.
        encoding: What the terminal understands; other than UTF-8 gives plain ASCII signs.
    """
    paint = painter(styled=styled)
    wide = max(width, _LEAST)
    lines = [*fold(printable(summarise(difference)), wide), ""]
    if difference.a.id != difference.b.id:
        sides = (("a", difference.a), ("b", difference.b))
        lines = [*lines, *(cut(_side(name, each), wide) for name, each in sides), ""]
    lines += [_painted(line, wide, paint) for line in ranking_lines(difference)]
    lines += [_painted(line, wide, paint) for line in _lines(difference)]
    text = "\n".join(line.rstrip() for line in lines)
    return text if is_utf8(encoding) else text.translate(_ASCII)


def _painted(line: Line, width: int, paint: Paint) -> str:
    shown = cut(line.text, width)
    return paint(shown, line.style) if line.style else shown


def _side(name: str, compared: Compared) -> str:
    """Which is which: the thing, and the run that made it or that it is."""
    told = [name, printable(compared.name)]
    if compared.kind != "run" and compared.sha256 is not None:
        told.append(f"sha256:{compared.sha256[:8]}")
    run = compared.run
    if run is None:
        told.append("no recorded run made it")
    else:
        made = "run" if compared.kind == "run" else f"made by {printable(str(run['job']))}"
        told += [f"{made} {str(run['id'])[:8]}", str(run["state"])]
        started = moment(run.get("started_at"))
        told += [f"{started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if started else []
    return "  ".join(told)


def _lines(difference: Difference) -> Iterator[Line]:
    yield from _steps(difference.steps)
    for name, layer in difference.layers.items():
        yield from _layer(name, layer)


def _steps(steps: Iterable[StepPlace]) -> Iterator[Line]:
    """Steps that only one of the two has."""
    alone = [step for step in steps if step.a is None or step.b is None]
    for step in alone[:LISTED]:
        mark, side, run = ("-", "a", step.a) if step.b is None else ("+", "b", step.b)
        style = "removed" if mark == "-" else "added"
        name = printable(step.job)
        yield Line(f"{mark} step {name}  only in {side}  {(run or '')[:8]}", style)
    if len(alone) > LISTED:
        yield Line(f"  … {len(alone) - LISTED} more steps that only one of the two has", "dim")


def _layer(name: str, layer: LayerDiff) -> Iterator[Line]:
    mark, words = _MARKS[layer.status]
    yield Line(f"{mark} {name:<12} {words}", "dim" if layer.status == "same" else "name")
    roots, followers = list(layer.changes), []
    if name == "data":
        followers = [each for each in roots if each.detail.get("cause") == "consequence"]
        roots = [each for each in roots if each.detail.get("cause") != "consequence"]
    yield from _changes(name, roots)
    if followers:
        yield Line("    what follows from it", "dim")
        yield from _changes(name, followers)
    for note in layer.notes:
        yield Line(f"    note: {printable(note)}", "dim")


def _changes(name: str, changes: Sequence[Change]) -> Iterator[Line]:
    shown = changes[:LISTED]
    room = min(max((len(printable(each.name)) for each in shown), default=0), 40)
    budget = LINES
    for change in shown:
        lines = list(change_lines(name, change, room, budget))
        budget -= len(lines) - 1
        yield from lines
    if len(changes) > LISTED:
        yield Line(f"    … {len(changes) - LISTED:,} more (--json lists them all)", "dim")
