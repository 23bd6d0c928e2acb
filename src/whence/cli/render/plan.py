"""What doing a run again will take, as text and as JSON."""

import shlex
from collections import Counter
from collections.abc import Iterator
from typing import Any

from whence.cli.render.style import Paint, painter
from whence.cli.render.text import cut, fold, printable
from whence.reproduction.plan import Found, Plan, Step, Where
from whence.reproduction.verdict import LOGS

_SHOWN = 12
_INDENT = 11


def render_plan(plan: Plan, *, width: int, styled: bool) -> str:
    """The plan, run by run, and whether it can be done."""
    paint = painter(styled=styled)
    lines: list[str] = []
    for step in plan.steps:
        lines += [*_step(step, width, paint), ""]
    if plan.problems:
        lines.append(paint("impossible", "failed") + " as it is:")
        for each in plan.problems:
            lines += _folded("  - ", each.what, width)
            if each.hint:
                lines += _folded("    try: ", each.hint, width)
    else:
        lines.append("It can be done.")
    return "\n".join(lines)


def _step(step: Step, width: int, paint: Paint) -> Iterator[str]:
    recipe = step.recipe
    ended = "" if recipe.state == "completed" else f", {recipe.state}"
    yield paint(recipe.job, "name") + paint(f"  run {recipe.run[:8]}{ended}", "run")
    yield from _row("command", shlex.join(recipe.command), width)
    yield from _row("in", _place(step), width)
    yield from _row("code", _code(step), width)
    yield from _row("python", _python(step), width)
    data = [each for each in step.files if each.need.role != "code"]
    for number, each in enumerate(data[:_SHOWN]):
        yield from _row("reads" if not number else "", _file(each), width)
    if len(data) > _SHOWN:
        yield from _row("", f"and {len(data) - _SHOWN} more: {_counted(data[_SHOWN:])}", width)
    if not data:
        yield from _row("reads", "nothing that was recorded", width)
    outputs = [each for each in recipe.outputs if each.role not in LOGS]
    made = ", ".join(each.name for each in outputs[:_SHOWN])
    more = f" and {len(outputs) - _SHOWN} more" if len(outputs) > _SHOWN else ""
    yield from _row("makes", (made or "no file") + more, width)
    for number, note in enumerate(step.notes):
        yield from _row("note" if not number else "", note, width)


def _row(label: str, text: str, width: int) -> Iterator[str]:
    yield from _folded(f"  {label:<{_INDENT - 2}}", text, width)


def _folded(before: str, text: str, width: int) -> list[str]:
    lines = list(fold(printable(text), max(20, width - len(before)))) or [""]
    return [before + lines[0], *(" " * len(before) + line for line in lines[1:])]


def _place(step: Step) -> str:
    if step.view.private:
        return f"a scratch folder that stands in the place of {step.recipe.root}"
    return f"a scratch folder instead of {step.recipe.root}"


def _code(step: Step) -> str:
    recipe = step.recipe
    code = [each for each in step.files if each.need.role == "code"]
    commit = ""
    if recipe.commit is not None:
        commit = f"commit {recipe.commit[:12]}"
        commit += " checked out" if step.circumstances.has_commit else " (not in the repository)"
        commit += ", and over it " if code else ""
    count = f"{len(code)} used file{'s' if len(code) != 1 else ''}: {_counted(code)}"
    return commit + (count if code else "" if commit else "none was seen")


def _counted(files: list[Found]) -> str:
    counts = Counter(_where(each) for each in files)
    return ", ".join(f"{count} {where}" for where, count in counts.most_common())


def _where(found: Found) -> str:
    if found.where is Where.OFFERED:
        return f"from {found.detail}"
    return str(found.where.value)


def _python(step: Step) -> str:
    need, python = step.environment, step.python
    if python.how == "none":
        return "none ran"
    what = f"{need.version} with {len(need.packages)} packages"
    at = "" if python.interpreter is None else f" at {python.interpreter.path}"
    words: dict[str, str] = {
        "recorded": f"{what}, still there as recorded{at}",
        "cached": f"{what}, built before{at}",
        "build": f"{what}, to be built by uv",
        "current": f"{what}, the one of now{at}",
    }
    return words.get(python.how, f"{what}: not to be had")


def _file(found: Found) -> str:
    need = found.need
    size = "" if need.size is None else f"  {need.size:,} B"
    where = found.where.value
    if found.where is Where.MADE:
        where = f"made again by run {found.detail[:8]}"
    elif found.where is Where.OFFERED:
        where = f"from {found.detail}"
    elif found.detail and found.where in {Where.ELSEWHERE, Where.MISSING}:
        where = f"{where}: {found.detail}"
    return cut(f"{need.name}{size}  {where}", 400)


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan for scripts (``schemas/plan-1.json``)."""
    return {
        "possible": not plan.problems,
        "problems": [{"what": each.what, "try": each.hint} for each in plan.problems],
        "steps": [_step_json(step) for step in plan.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    recipe = step.recipe
    return {
        "run": recipe.run,
        "job": recipe.job,
        "command": list(recipe.command),
        "root": recipe.root,
        "private": step.view.private,
        "commit": recipe.commit,
        "commit_is_here": step.circumstances.has_commit,
        "environment": {
            "how": step.python.how,
            "version": step.environment.version,
            "packages": len(step.environment.packages),
            "interpreter": None
            if step.python.interpreter is None
            else str(step.python.interpreter.path),
        },
        "files": [
            {
                "name": each.need.name,
                "role": each.need.role,
                "sha256": each.need.sha256,
                "size": each.need.size,
                "where": each.where.value,
                "detail": each.detail,
            }
            for each in step.files
        ],
        "outputs": [each.name for each in recipe.outputs],
        "notes": list(step.notes),
    }
