"""What ``whence show`` prints: everything said of one thing, on one screen where it fits."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.cli.render.approvals import decision_rows
from whence.cli.render.deployments import deployment_facts, deployment_rows, share_rows
from whence.cli.render.elsewhere import call_rows, query_rows, state_of
from whence.cli.render.inside import cell_rows, step_rows
from whence.cli.render.links import link_rows, thing_rows
from whence.cli.render.register import word_facts
from whence.cli.render.repeated import purpose_text, verdict_rows
from whence.cli.render.style import Paint, painter
from whence.cli.render.text import cells, cut, fold, printable, shorten
from whence.drawing.figures import count_text, counted, moment, size_text
from whence.drawing.telling import TROUBLED, duration_of, state_text

_INDENT = "  "
_LISTED = 20
"""How many rows of one list are shown; the JSON has them all."""

_SENTENCE = 88
"""Cells of a line of prose."""

Row = tuple[str, ...]


def render_account(told: Mapping[str, Any], *, width: int, styled: bool) -> str:
    """The account of ``query.account.describe`` as text."""
    paint = painter(styled=styled)
    lines = _run(told, paint) if told["kind"] == "run" else _thing(told, paint)
    return "\n".join(line if styled else cut(line, max(width, 60)) for line in lines)


# ------------------------------------------------------------------------ runs


def _run(told: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    state = state_text(told)
    yield "  ".join(
        [
            paint(printable(told["job"]), "name"),
            paint(state, "failed") if told["state"] in TROUBLED else state,
            f"run {told['id']}",
        ]
    )
    yield from _facts(
        [
            ("part of", _whole(told.get("part_of"))),
            ("again", purpose_text(told.get("reproduction"))),
            ("started", _when(told["started_at"], duration_of(told))),
            ("by", _who(told)),
            ("command", shlex.join(told["command"])),
            ("in", told["cwd"] or ""),
            ("tags", ", ".join(f"{key}={value}" for key, value in told["tags"].items())),
            ("code", _code(told["code"])),
            ("with", _environment(told["environment"])),
            ("on", _hardware(told["hardware"])),
            ("workers", ", ".join(map(_pool, told.get("pools", ())))),
            ("watched", _observers(told["observers"])),
            ("held", _held(told.get("hold"))),
        ],
        paint,
    )
    jobs = {each["id"]: _part_name(each) for each in told.get("parts", ())}
    yield from _listing("parts", [_part(each) for each in told.get("parts", ())], paint)
    yield from _listing("used", _meetings(told["used"], jobs), paint)
    yield from _listing("made", _meetings(told["generated"], jobs), paint)
    yield from _listing("parameters", _values(told, "parameter"), paint)
    yield from _defaults(told["parameter_details"])
    yield from _listing("metrics", _values(told, "metric"), paint)
    seeds = [(name, _value(value)) for name, value in told["seeds"].items()]
    yield from _listing("seeds", seeds, paint)
    yield from _listing("done again", verdict_rows(told.get("verdicts", ())), paint)
    yield from _listing("elsewhere", link_rows(told.get("links", ())), paint)
    yield from _listing("handed over", thing_rows(told.get("tracked", ())), paint)
    yield from _listing("inside", step_rows(told.get("steps", ())), paint)
    yield from _listing("cells", cell_rows(told.get("cells", ())), paint)
    yield from _listing("asked", query_rows(told.get("queries", ())), paint)
    yield from _listing("called", call_rows(told.get("calls", ())), paint)
    yield from _explained(told, paint)
    yield from _gaps(told["gaps"], paint)


def _held(hold: Mapping[str, Any] | None) -> str:
    """Who wants it kept, and why; nothing where nobody does any more."""
    return f"by {hold['by']}: {hold['reason']}" if hold and hold["held"] else ""


def _whole(whole: Mapping[str, Any] | None) -> str:
    return "" if whole is None else f"{whole['job']}, run {whole['id']}"


def _pool(pool: Mapping[str, Any]) -> str:
    """``loky, 2 workers, 10 tasks``."""
    workers, tasks = pool["workers"], pool["tasks"]
    words = [pool["of"]]
    words += [counted(workers, "worker", "workers")] if workers else []
    words += [counted(tasks, "task", "tasks")] if tasks else []
    return ": ".join([words[0], " with ".join(words[1:])]) if words[1:] else str(words[0])


def _part_name(part: Mapping[str, Any]) -> str:
    return f"{part['job']} rank {part['rank']}" if "rank" in part else str(part["job"])


def _part(part: Mapping[str, Any]) -> Row:
    """One part of a run in a line."""
    used, made = count_text(part["used"]), count_text(part["generated"])
    return (
        part["id"][:8],
        shorten(printable(_part_name(part)), 40),
        state_text(part),
        duration_of(part),
        f"used {used}, made {made}",
    )


def _when(started: str | None, took: str) -> str:
    then = moment(started)
    if then is None:
        return "unknown"
    return f"{then:%Y-%m-%d %H:%M:%S} UTC, took {took}" if took else f"{then:%Y-%m-%d %H:%M:%S} UTC"


def _who(told: Mapping[str, Any]) -> str:
    names = [
        each["name"] if each["basis"] == "observed" else f"{each['name']} ({each['basis']})"
        for each in told["actors"]
    ]
    who = ", ".join(names) or "unknown"
    return f"{who} on {told['host']}" if told["host"] else who


def _code(code: Mapping[str, Any] | None) -> str:
    if code is None:
        return ""
    parts = [counted(len(code.get("files", ())), "file", "files")]
    if code.get("commit"):
        branch = f" on {code['branch']}" if code.get("branch") else ""
        parts.append(f"commit {code['commit'][:12]}{branch}")
    if code.get("dirty"):
        parts.append("with uncommitted changes")
    return ", ".join(parts)


def _environment(environment: Mapping[str, Any] | None) -> str:
    if environment is None:
        return ""
    packages = environment.get("packages") or ()
    count = f", {counted(len(packages), 'package', 'packages')}" if packages else ""
    return f"{environment['name']}{count}"


def _hardware(hardware: Mapping[str, Any]) -> str:
    parts = []
    cpu = hardware.get("cpu")
    if isinstance(cpu, Mapping):
        cpu = cpu.get("model")
    if cpu:
        parts.append(str(cpu))
    gpus = hardware.get("gpus") or ()
    parts += [str(gpu.get("name", "GPU")) for gpu in gpus if isinstance(gpu, Mapping)]
    return ", ".join(parts)


def _observers(observers: Sequence[Mapping[str, Any]]) -> str:
    told = []
    for each in observers:
        if each["active"]:
            told.append(f"{each['role']} by {each['name']}" if each.get("role") else each["name"])
        elif each.get("reason"):
            told.append(f"not by {each['name']}: {each['reason']}")
    return "; ".join(told)


def _meetings(met: Sequence[Mapping[str, Any]], jobs: Mapping[str, str]) -> list[Row]:
    rows: list[Row] = []
    for each in met:
        size = "" if each["size"] is None else size_text(each["size"])
        content = f"sha256:{each['digest']['sha256'][:12]}" if each["digest"] else state_of(each)
        basis = "" if each["basis"] == "observed" else each["basis"]
        name = shorten(printable(each["name"]), 60)
        row = (each["role"], name, size, content, basis)
        rows.append((*row, jobs.get(each.get("part", ""), "")) if jobs else row)
    return rows


def _values(told: Mapping[str, Any], singular: str) -> list[Row]:
    details = told[f"{singular}_details"]
    rows: list[Row] = []
    for name, value in told[f"{singular}s"].items():
        detail = details.get(name, {})
        if detail.get("default"):
            continue
        basis = detail.get("basis", "")
        source = str(detail.get("source", ""))
        if basis not in {"", "observed", source}:
            source = f"{source} ({basis})"
        rows.append((printable(name), _value(value), printable(source)))
        rows += [
            (printable(name), _value(each.get("value")), f"{source} ({each['basis']})")
            for each in detail.get("also", ())
            if each.get("value") != value
            for source in [printable(str(each.get("source", "")))]
        ]
    return rows


def _defaults(details: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    count = sum(bool(detail.get("default")) for detail in details.values())
    if count:
        told = counted(count, "value", "values")
        yield f"{_INDENT}+ {told} that nobody set, as the libraries have them; --json has them all"


# ---------------------------------------------------------------------- things


_SHOWN_ELSEWHERE = {"id", "kind", "name", "digest", "location", "size", "members", "gaps"} | {
    "comes_from",
    "deployments",
    "hold",
    "led_to",
    "shares",
    "verdicts",
    "attributions",
    "evaluations",
    "approvals",
    "checks",
    "waivers",
    "protection",
    "policy",
}


def _thing(told: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    kind = told["kind"].replace("_", " ")
    yield f"{paint(printable(told['name']), 'name')}  {kind}  {told['id']}"
    content = told.get("digest")
    members = told.get("members")
    facts = [
        ("content", f"sha256:{content['sha256']}" if content else ""),
        ("size", "" if told.get("size") is None else size_text(told["size"])),
        ("files", count_text(len(members)) if members is not None else ""),
        ("met at", told.get("location") or ""),
        ("held", _held(told.get("hold"))),
    ]
    deployed = deployment_facts(told) if told["kind"] == "deployment" else {}
    words = word_facts(told)
    hidden = _SHOWN_ELSEWHERE | deployed.keys() | words.keys()
    facts += [*words.items(), *deployed.items()]
    facts += [(name, _value(value)) for name, value in told.items() if name not in hidden]
    yield from _facts(facts, paint)
    yield from _listing("done again", verdict_rows(told.get("verdicts", ())), paint)
    yield from _listing("decided", decision_rows(told), paint)
    text = str(told.get("policy") or "")
    yield from _listing("policy", [(line,) for line in text.splitlines()], paint)
    yield from _listing("deployed", deployment_rows(told.get("deployments", ())), paint)
    yield from _listing("shares", share_rows(told.get("shares", ())), paint)
    for title, key in (("comes from", "comes_from"), ("led to", "led_to")):
        rows = [
            (
                each["edge"].replace("_", " "),
                each["kind"].replace("_", " "),
                shorten(printable(each["name"]), 60),
                each["id"][:8],
                "" if each["basis"] == "observed" else each["basis"],
            )
            for each in told[key]
        ]
        yield from _listing(title, rows, paint)
    yield from _explained(told, paint)
    figures = told.get("evaluations") or ()
    yield from _listing("measured", [(str(each["sentence"]),) for each in figures], paint)
    yield from _gaps(told["gaps"], paint)


# ----------------------------------------------------------------------- parts


def _facts(facts: Sequence[tuple[str, str]], paint: Paint) -> Iterator[str]:
    shown = [(printable(name), text) for name, text in facts if text]
    left = max((len(name) for name, _ in shown), default=0)
    for name, text in shown:
        yield f"{_INDENT}{paint(name.ljust(left), 'dim')}  {printable(text)}"


def _listing(title: str, rows: Sequence[Row], paint: Paint) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield paint(title, "name")
    shown = [tuple(map(printable, row)) for row in rows[:_LISTED]]
    widths = [max(cells(row[at]) for row in shown) for at in range(len(shown[0]))]
    for row in shown:
        columns = [
            text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True)
        ]
        yield (_INDENT + "  ".join(columns)).rstrip()
    if len(rows) > _LISTED:
        yield f"{_INDENT}+ {count_text(len(rows) - _LISTED)} more; --json has them all"


def _explained(told: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Why metrics changed up to here, as `whence attribute` found."""
    for each in told.get("attributions", ()):
        yield ""
        yield paint(printable(f"why {each['metric']} changed since {each['a']['called']}"), "name")
        yield from (f"{_INDENT}{line}" for line in fold(printable(each["sentence"]), _SENTENCE))


def _gaps(gaps: Sequence[Mapping[str, str]], paint: Paint) -> Iterator[str]:
    if not gaps:
        return
    yield ""
    yield paint("not known", "name")
    for gap in gaps[:_LISTED]:
        yield f"{_INDENT}{paint('?', 'gap')} {printable(gap['about'])}: {printable(gap['reason'])}"
    if len(gaps) > _LISTED:
        yield f"{_INDENT}+ {count_text(len(gaps) - _LISTED)} more; --json has them all"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return cut(printable(value), 80)
    return cut(json.dumps(value, ensure_ascii=False), 80)
