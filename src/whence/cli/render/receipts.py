"""What the command line says of receipts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import printable
from whence.cli.render.when import ago

_COLUMNS = (
    Column("receipt"),
    Column("when"),
    Column("version", fit=Fit.MIDDLE),
    Column("environment", fit=Fit.MIDDLE),
    Column("took", right=True),
    Column("request", fit=Fit.MIDDLE),
)
_SHORT = 8


def receipt_line(told: Mapping[str, Any]) -> str:
    """A receipt in one line, as it stands above the lineage of its prediction."""
    place = f" in {told['environment']}" if told["environment"] else ""
    name = told["version_name"] or told["model"]
    when = f"{told['at'][:19].replace('T', ' ')} UTC"
    parts = [told["id"], "receipt", f"{name}{place}", when, _took(told), _digest(told, "input")]
    return "  ".join(printable(part) for part in parts if part)


def render_receipt(told: Mapping[str, Any], *, styled: bool) -> str:
    """All that a receipt says, and what gave the prediction."""
    paint = painter(styled=styled)
    version, deployment = told["gave"]["version"], told["gave"]["deployment"]
    facts = {
        "given": f"{told['at'][:23].replace('T', ' ')} UTC",
        "by": f"{version['name']} ({version['kind'].replace('_', ' ')} {version['id'][:_SHORT]})",
        "known as": told["model"] if told["model"] != version["name"] else "",
        "deployment": ""
        if deployment is None
        else f"{deployment['name']} {deployment['id'][:_SHORT]}, {deployment['state']} now",
        "in": told["environment"] if deployment is None else "",
        "took": _took(told),
        "input": _whole(told, "input"),
        "output": _whole(told, "output"),
        "request": told["request"],
    }
    left = max(len(name) for name, text in facts.items() if text)
    lines = [f"{paint(told['id'], 'name')}  receipt"]
    lines += [
        f"  {paint(name.ljust(left), 'dim')}  {printable(text)}"
        for name, text in facts.items()
        if text
    ]
    return "\n".join(lines)


def render_receipts(
    found: Sequence[Mapping[str, Any]], *, width: int, styled: bool, now: datetime | None = None
) -> str:
    """Receipts as a table."""
    if not found:
        return "there are no such receipts"
    then = now or datetime.now(UTC)
    rows = [
        (
            each["id"],
            ago(each["at"], then),
            each["version_name"] or each["model"],
            each["environment"],
            _took(each),
            each["request"],
        )
        for each in found
    ]
    kept = [at for at in range(len(_COLUMNS)) if any(row[at] for row in rows)]
    return render_table(
        [_COLUMNS[at] for at in kept],
        [[row[at] for at in kept] for row in rows],
        width=width,
        paint=painter(styled=styled),
    )


def _took(told: Mapping[str, Any]) -> str:
    seconds = told["seconds"]
    return "" if seconds is None else f"{seconds * 1000:.3g} ms"


def _digest(told: Mapping[str, Any], name: str) -> str:
    return f"{told[f'{name}_form']} {told[name][:_SHORT]}" if told[name] else ""


def _whole(told: Mapping[str, Any], name: str) -> str:
    return f"{told[f'{name}_form']}, keyed digest {told[name]}" if told[name] else "not digested"
