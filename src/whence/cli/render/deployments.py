"""What ``whence deploy``, ``undeploy`` and ``deployments`` print."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import printable
from whence.cli.render.when import ago
from whence.drawing.figures import moment
from whence.model.deployment import percent_text
from whence.recording.deployment import Change

_COLUMNS = (
    Column("version", fit=Fit.MIDDLE),
    Column("environment", fit=Fit.MIDDLE),
    Column("state"),
    Column("share", right=True),
    Column("from"),
    Column("until"),
    Column("deployment"),
    Column("endpoint", fit=Fit.MIDDLE),
)


def render_changes(environment: str, changes: Iterable[Change]) -> str:
    """What a deployment means for everything that is live beside it."""
    return "\n".join(printable(_sentence(environment, each)) for each in changes)


def _sentence(environment: str, change: Change) -> str:
    short = change.deployment[:8]
    if change.what == "began":
        return (
            f"{change.version} → {environment}  {percent_text(change.after)} of the requests  "
            f"deployment {short}"
        )
    if change.what == "ended":
        had = f" (it had {percent_text(change.before)})" if change.before else ""
        return f"{change.version} ended in {environment}{had}  deployment {short}"
    if change.before == change.after:
        return f"{change.version} stays in {environment}  {percent_text(change.after)}"
    return (
        f"{change.version} in {environment}: {percent_text(change.before)} → "
        f"{percent_text(change.after)}  deployment {short}"
    )


def render_deployments(
    told: Mapping[str, Any], *, width: int, styled: bool, now: datetime | None = None
) -> str:
    """The answer of ``query.deployments.deployments_json`` as a table, with its notes."""
    paint = painter(styled=styled)
    found: Sequence[Mapping[str, Any]] = told["deployments"]
    if not found and told["at"] is not None:
        return "nothing that is recorded served then"
    if not found:
        return "nothing is deployed; `whence deploy REF --to ENV` says that it is"
    then = now or datetime.now(UTC)
    if told["at"] is not None:
        then = moment(told["at"]) or then
    rows = [
        (
            each["version"]["name"],
            each["environment"],
            each["state"],
            percent_text(each["traffic"]) if each["state"] == "live" else "",
            ago(each["from"], then),
            ago(each["until"], then) if each["until"] and each["state"] == "ended" else "",
            each["id"][:8],
            each["endpoint"] or each["service"],
        )
        for each in found
    ]
    kept = [at for at, column in enumerate(_COLUMNS) if at < 4 or any(row[at] for row in rows)]
    lines = [
        render_table(
            [_COLUMNS[at] for at in kept],
            [[row[at] for at in kept] for row in rows],
            width=width,
            paint=paint,
            style=lambda row, _: "dim" if rows[row][2] == "ended" else None,
        )
    ]
    lines += [paint(f"! {printable(note)}", "gap") for note in told["notes"]]
    return "\n".join(lines)


def deployment_rows(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Where a version serves or served, for its account."""
    return [
        (
            each["environment"],
            each["state"],
            percent_text(each["traffic"]) if each["state"] == "live" else "",
            _interval(each),
            each["id"][:8],
        )
        for each in found
    ]


def deployment_facts(told: Mapping[str, Any]) -> dict[str, str]:
    """What the account of a deployment says of it, by title; empty where there is nothing."""
    if "version" not in told:
        return {}
    live = told["state"] == "live"
    ended = " ".join(filter(None, (f"by {told['ended_by']}", told["reason"])))
    return {
        "version": told["version"]["name"],
        "version_kind": "",
        "environment": told["environment"],
        "state": f"live, {percent_text(told['traffic'])} of the requests" if live else "ended",
        "traffic": "",
        "from": f"{_minute(told['from'])} by {told['by']}",
        "by": "",
        "until": "" if told["until"] is None else f"{_minute(told['until'])} {ended}",
        "ended_by": "",
        "reason": "",
        "endpoint": told["endpoint"],
        "service": told["service"],
    }


def share_rows(shares: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Every share that a deployment had, where there was more than one."""
    if len(shares) < 2:
        return []
    return [
        (_minute(each["since"]), percent_text(each["traffic"]), f"by {each['by']}")
        for each in shares
    ]


def _interval(each: Mapping[str, Any]) -> str:
    since = f"since {_minute(each['from'])}"
    return since if each["until"] is None else f"{since} until {_minute(each['until'])}"


def _minute(time: str) -> str:
    return f"{time[:16].replace('T', ' ')} UTC"
