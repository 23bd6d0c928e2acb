"""What happened inside a run, a line for each step, and the cells of a notebook."""

from collections.abc import Mapping, Sequence
from typing import Any

from whence.cli.render.text import printable, shorten

Row = tuple[str, ...]

_NAMED = 40


def step_rows(steps: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Kind, what by, on what, where in the code."""
    return [_step(each) for each in steps]


def cell_rows(cells: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Number of execution, the first line, how it ended."""
    rows: list[Row] = []
    for each in cells:
        first, *more = each["source"].strip().splitlines() or [""]
        lines = f"+ {len(more)} lines" if more else ""
        end = "not watched" if each.get("before") else "" if each["ok"] else each.get("error", "")
        rows.append((f"[{each.get('count') or each['number']}]", shorten(first, 60), lines, end))
    return rows


def _step(step: Mapping[str, Any]) -> Row:
    by = str(step["by"])
    count = f" (x{step['count']})" if step.get("count", 1) > 1 else ""
    match step["kind"]:
        case "read":
            what = f"{step['of']}{_size(step.get('outputs'))}{_asked(step)}"
        case "write":
            given = step.get("inputs") or [{}]
            thing = given[0].get("class") or (_object(given[0]) if given[0] else "")
            what = f"{step['to']} from {thing}" if thing else str(step["to"])
        case _:
            inputs = [each for each in step.get("inputs", ()) if not each.get("via")]
            told = [each for each in step.get("inputs", ()) if each.get("via")] or inputs
            what = ", ".join(dict.fromkeys(_object(each) for each in told[:3]))
            if isinstance(step.get("value"), int | float):
                what = f"= {step['value']:.6g}" + (f" on {what}" if what else "")
    return step["kind"], shorten(by, _NAMED) + count, what, str(step.get("where", ""))


def _object(told: Mapping[str, Any]) -> str:
    """``X_train: train split of data.csv (800 x 4)``."""
    name = str(told.get("what") or told.get("class") or told.get("type") or "something")
    files = told.get("of") or ()
    if not files:
        return name + _size([told])
    split = f"{told['split']} split of " if told.get("split") else ""
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{name}: {split}{files[0]}{more}{_size([told])}"


def _size(things: Any) -> str:
    shape = (things or [{}])[0].get("shape")
    return f" ({' x '.join(f'{each:,}' for each in shape)})" if shape else ""


def _asked(step: Mapping[str, Any]) -> str:
    """What of a table was asked for."""
    told = []
    columns = step.get("columns")
    if columns:
        told.append(f"{len(columns)} columns" if len(columns) > 3 else ", ".join(map(str, columns)))
    if step.get("filters"):
        told.append(printable(str(step["filters"])))
    return f", only {'; '.join(told)}" if told else ""
