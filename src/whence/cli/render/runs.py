"""The list of runs that ``whence log`` prints."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.when import ago
from whence.drawing.figures import count_text
from whence.drawing.telling import TROUBLED, duration_of, state_text

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

    rows = [_row(each, when) for each in runs]
    return render_table(_COLUMNS, rows, width=width, paint=painter(styled=styled), style=style)


def _row(run: Mapping[str, Any], now: datetime) -> list[str]:
    return [
        run["id"][:8],
        run["job"],
        state_text(run),
        duration_of(run),
        ago(run["started_at"], now),
        count_text(run["used"]),
        count_text(run["generated"]),
        count_text(run["gaps"]) if run["gaps"] else "",
        shlex.join(run["command"]),
    ]
