"""What ``whence models``, ``alias`` and ``describe`` print: names, versions, their history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from whence.cli.render.approvals import approval_rows
from whence.cli.render.deployments import deployment_rows
from whence.cli.render.style import Paint, painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import fold, printable
from whence.cli.render.when import ago
from whence.drawing.figures import counted
from whence.model.derivation import MODEL_RELATIONS

_LINES = (
    Column("name", fit=Fit.MIDDLE),
    Column("versions", right=True),
    Column("latest", right=True),
    Column("aliases", fit=Fit.END),
    Column("changed"),
    Column("owners", fit=Fit.END),
    Column("tags", fit=Fit.END),
    Column("description", fit=Fit.END),
)

_NONE = {
    "model": "no model is registered; `whence register REF --model NAME` registers one",
    "system": "there is no system; `whence system NAME --model ROLE=NAME@N` makes one",
}

_INDENT = "  "


def render_lines(
    told: Sequence[Mapping[str, Any]],
    called: str,
    *,
    width: int,
    styled: bool,
    now: datetime | None = None,
) -> str:
    """Every name of a sort in a line each."""
    if not told:
        return _NONE[called]
    then = now or datetime.now(UTC)
    rows = [
        (
            each["name"] + (" (retired)" if each["retired"] else ""),
            str(each["version_count"]),
            str(each["latest_version"] or ""),
            ", ".join(f"{alias} → {number}" for alias, number in each["aliases"].items()),
            ago(each["updated_at"], then),
            named_text(each["owners"]),
            named_text(each["tags"]),
            each["description"],
        )
        for each in told
    ]
    kept = [at for at in range(len(_LINES)) if at < 5 or any(row[at] for row in rows)]
    return render_table(
        [_LINES[at] for at in kept],
        [[row[at] for at in kept] for row in rows],
        width=width,
        paint=painter(styled=styled),
        style=lambda row, _: "dim" if told[row]["retired"] else None,
    )


def render_line(told: Mapping[str, Any], *, history: bool, width: int, styled: bool) -> str:
    """All of one registered model (``query.models.line_json``), its latest version first."""
    paint = painter(styled=styled)
    lines = [*_head(told, paint, width)]
    for each in told["versions"]:
        lines += ["", *_version(each, paint, width)]
    if history:
        lines += ["", paint("history", "name")]
        lines.append(render_history(told["history"], width=width, styled=styled))
    elif told["history"]:
        count = counted(len(told["history"]), "change", "changes")
        lines += ["", paint(f"{count} so far: --history lists them", "dim")]
    return "\n".join(lines)


def word_rows(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What people say of a thing, by title; what nobody says is left out."""
    retired = told["retired"]
    rows = [
        ("retired", _retired_text(retired) if retired else ""),
        ("description", told["description"]),
        ("tags", named_text(told["tags"])),
        ("owners", named_text(told["owners"])),
        ("licence", told["licence"] or ""),
    ]
    return [(name, text) for name, text in rows if text]


def word_facts(told: Mapping[str, Any]) -> dict[str, str]:
    """What the account of a thing tells of the register, by the name of its facet."""
    alias, registered = told.get("alias") or {}, told.get("registration") or {}
    retired = told.get("retired") or {}
    texts = {
        "retired": _retired_text(retired) if retired.get("retired") else "",
        "registration": _registered_text(registered) if registered else "",
        "description": (told.get("description") or {}).get("text") or "",
        "tags": named_text(told.get("tags") or {}),
        "owners": named_text(told.get("owners") or {}),
        "licence": (told.get("licence") or {}).get("id") or "",
        "alias": ", ".join(f"{name} → {number}" for name, number in alias.items()),
        "wiring": ", ".join(f"{a} → {b}" for a, b in (told.get("wiring") or {}).get("wires", ())),
    }
    return {name: text for name, text in texts.items() if name in told}


def _registered_text(told: Mapping[str, Any]) -> str:
    return f"{str(told['registered_at'])[:16].replace('T', ' ')} UTC by {told['by']}"


def _retired_text(told: Mapping[str, Any]) -> str:
    return f"{told['at'][:10]} by {told['by']}: {told['reason']}"


def named_text(told: Mapping[str, str]) -> str:
    """``team=a, no-commercial``."""
    return ", ".join(f"{name}={text}" if text else name for name, text in told.items())


def render_history(rows: Sequence[Mapping[str, Any]], *, width: int, styled: bool) -> str:
    """Who changed what, and when, the latest first."""
    if not rows:
        return ""
    columns = (Column("when"), Column("who", fit=Fit.END), Column("what"), Column("", fit=Fit.END))
    shown = [
        (
            f"{str(row['at'])[:19].replace('T', ' ')} UTC",
            str(row.get("by") or "unknown"),
            f"{row['name']}  {row['what']}",
            _change(row),
        )
        for row in rows
    ]
    return render_table(columns, shown, width=width, paint=painter(styled=styled))


def _change(row: Mapping[str, Any]) -> str:
    """What was changed, in words."""
    words = []
    if row["what"] == "alias":
        before, after = row.get("before"), row.get("after")
        words.append(f"{row.get('alias')} → {after}" if after else f"{row.get('alias')} removed")
        words += [f"(was {before})"] if before else []
        words += ["by force"] if row.get("forced") else []
    for name, data in (row.get("told") or {}).items():
        words.append(_said(name, data))
    reason = row.get("reason")
    text = ", ".join(words) if row["what"] != "alias" else " ".join(words)
    return f"{text}: {reason}" if text and reason else text or str(reason or "")


def _said(name: str, data: Mapping[str, Any]) -> str:
    if name == "description":
        return f"“{data['text']}”" if data["text"] else "no description"
    if name == "licence":
        return f"licence {data['id']}" if data["id"] else "no licence"
    return ", ".join(
        f"no {key}" if text is None else (f"{key}={text}" if text else str(key))
        for key, text in data.items()
    )


def _head(told: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    count = counted(told["version_count"], "version", "versions")
    yield f"{paint(printable(told['name']), 'name')}  {told['kind'].replace('_', ' ')}, {count}"
    aliases = ", ".join(f"{alias} → {number}" for alias, number in told["aliases"].items())
    guards = ", ".join(
        f"{at} by {each['policy']}" for at, each in told.get("protected", {}).items()
    )
    yield from _facts([*word_rows(told), ("aliases", aliases), ("guarded", guards)], paint, width)


def _version(each: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    marks = [f"@{alias}" for alias in each["aliases"]]
    marks += [paint("retired", "failed")] if each["retired"] else []
    created = str(each["created_at"] or "")[:16].replace("T", " ")
    line = f"{paint(printable(each['name']), 'name')}  {created} UTC by {each['created_by']}"
    yield "  ".join([line, *marks])
    source, run = each["source"], each["run"]
    facts = [*word_rows(each)]
    if source is not None:
        content = f"  sha256:{source['digest']['sha256'][:12]}" if source["digest"] else ""
        made = f"  made by {run['job']} {run['id'][:8]}" if run else ""
        facts.append(("file", f"{source['name']}{content}{made}"))
    facts += [("parts", f"{part['name']} = {part['called']}") for part in each.get("parts", ())]
    for origin in each["derived_from"]:
        basis = "" if origin["basis"] == "observed" else f" ({origin['basis']})"
        facts.append(("derived", f"{MODEL_RELATIONS[origin['relation']]} {origin['name']}{basis}"))
    facts += [
        ("serves", "  ".join(filter(None, row))) for row in deployment_rows(each["deployments"])
    ]
    facts += [("decided", row[0]) for row in approval_rows(each.get("approvals", ()))]
    facts += [
        (
            "measured",
            f"{figure['sentence']} ({figure['job']} {figure['run'][:8]}, {figure['at'][:10]})",
        )
        for figure in each.get("evaluations", ())
    ]
    yield from _facts(facts, paint, width)
    for warning in each.get("warnings", ()):
        for at, text in enumerate(fold(printable(warning["message"]), max(width, 60) - 6)):
            yield f"{_INDENT}{paint('!' if at == 0 else ' ', 'failed')} {text}"


def _facts(facts: Sequence[tuple[str, str]], paint: Paint, width: int) -> Iterator[str]:
    shown = [(name, text) for name, text in facts if text]
    left = max((len(name) for name, _ in shown), default=0)
    before = ""
    for name, text in shown:
        title = "" if name == before else name
        before = name
        room = max(width, 60) - left - 4
        for at, line in enumerate(fold(printable(text), room)):
            yield f"{_INDENT}{paint((title if at == 0 else '').ljust(left), 'dim')}  {line}"
