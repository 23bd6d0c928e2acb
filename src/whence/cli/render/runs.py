"""The list of runs that ``whence log`` prints."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.when import ago
from whence.drawing.figures import count_text, counted
from whence.drawing.telling import TROUBLED, duration_of, state_text, telling_length

_COLUMNS = (
    Column("run"),
    Column("job", fit=Fit.MIDDLE, least=10),
    Column("state"),
    Column("took", right=True),
    Column("started"),
    Column("used", right=True),
    Column("made", right=True),
    Column("gaps", right=True),
    Column("command", fit=Fit.END, least=16),
)
_STATE, _GAPS = 2, 7

_PARTS_SHOWN = 10
"""Parts of one run that are listed; the JSON has them all."""


def render_runs(
    runs: Sequence[Mapping[str, Any]],
    *,
    width: int,
    styled: bool,
    now: datetime | None = None,
) -> str:
    """Runs as ``query.history`` tells them, one line each, in the order given."""
    if not runs:
        return "No runs are recorded here. `whence run -- COMMAND` records one."
    when = now or datetime.now(UTC)

    def style(row: int, column: int) -> str | None:
        if column == _STATE and runs[row]["state"] in TROUBLED:
            return "failed"
        if column == _GAPS and runs[row]["gaps"]:
            return "gap"
        return None

    runs = _in_brief(runs)
    length = telling_length(each["id"] for each in runs)
    rows = [_row(each, when, length) for each in runs]
    return render_table(_COLUMNS, rows, width=width, paint=painter(styled=styled), style=style)


def _in_brief(runs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of runs with many parts the first of these alone."""
    told: list[Mapping[str, Any]] = []
    shown: dict[str, int] = {}
    for each in runs:
        whole = each.get("parent")
        if whole is not None:
            shown[whole] = shown.get(whole, 0) + 1
        if whole is None or shown[whole] <= _PARTS_SHOWN:
            told.append(each)
    return told


def _row(run: Mapping[str, Any], now: datetime, length: int) -> list[str]:
    parts = run.get("parts", 0)
    count = f" ({counted(parts, 'part', 'parts')})" if parts > _PARTS_SHOWN else ""
    again = " (again)" if run.get("again") else ""
    return [
        run["id"][:length],
        f"  {run['job']}{again}" if run.get("parent") else f"{run['job']}{again}{count}",
        state_text(run),
        duration_of(run),
        ago(run["started_at"], now),
        count_text(run["used"]),
        count_text(run["generated"]),
        count_text(run["gaps"]) if run["gaps"] else "",
        shlex.join(run["command"]),
    ]
