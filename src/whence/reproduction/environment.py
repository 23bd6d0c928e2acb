"""The Python in which a run is done again: the recorded one if it is still there, else built anew.

What is built lies under the user's cache, by what is in it, and is built by uv: the recorded
version of Python, and each package in its recorded version.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from whence.capture.probes.command import Answer, ask
from whence.errors import ReproductionError
from whence.reproduction.interface import EnvironmentNeed
from whence.reproduction.interpreters import OURS, Interpreter, compare, inspect

_SECONDS = 900.0
_ASKING = 120.0
_TORCH_BUILD = re.compile(r"cpu|cu\d+|rocm[\d.]+|xpu")
_DONE = "whence-lock.txt"
"""Written into an environment when it is whole: what was asked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the Python of a run will come from."""

    how: str
    """``recorded``, ``cached``, ``build``, ``none`` (no Python ran) or ``missing``."""
    interpreter: Interpreter | None
    """What will be used; ``None`` where it has yet to be built."""
    notes: tuple[str, ...] = ()
    problem: str = ""
    """Why it cannot be had; set where ``how`` is ``missing``."""
    hint: str = ""


def plan_environment(
    need: EnvironmentNeed, variables: Mapping[str, str], *, resolve: bool = False
) -> Plan:
    """Find out where the Python comes from, without making anything.

    Args:
        need: What the run ran in.
        variables: What it will be started with.
        resolve: Ask the package index, where it has to be built, whether it can be.
    """
    if not need.version:
        return Plan("none", None)
    why = f"its interpreter {need.interpreter} is gone"
    found = inspect(Path(need.interpreter), variables) if need.interpreter else None
    if found is not None:
        deviation = compare(found, need)
        if not deviation.matters:
            since = f"installed since: {', '.join(deviation.further[:5])}"
            return Plan("recorded", found, (since,) if deviation.further else ())
        why = f"{found.path} now has {deviation.words()}"
    cached = _find_cached(need)
    if cached is not None:
        return Plan("cached", cached, (why,))
    uv = find_uv()
    if uv is None:
        return _missing(why, "no uv is at hand to build it", "pip install 'whence[reproduce]'")
    lines, skipped = lock(need)
    notes = (why, *skipped)
    if resolve:
        problem = _try(uv, need, lines)
        if problem:
            return replace(_missing(why, *problem), notes=notes)
    return Plan("build", None, notes)


def provide(need: EnvironmentNeed, variables: Mapping[str, str]) -> Interpreter | None:
    """The Python, built if need be; ``None`` where no Python ran.

    Raises:
        ReproductionError: it cannot be had.
    """
    plan = plan_environment(need, variables)
    if plan.how == "missing":
        raise ReproductionError(plan.problem, hint=plan.hint)
    if plan.how == "build":
        return _build(need)
    return plan.interpreter


def current(variables: Mapping[str, str], path: str = "") -> Interpreter:
    """The Python of now: the one named, that of the active environment, or that of Whence.

    Raises:
        ReproductionError: there is no such Python.
    """
    active = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
    place = path or (f"{active}/bin/python" if active else sys.executable)
    found = inspect(Path(place), variables)
    if found is None:
        raise ReproductionError(
            f"{place} is no Python that can be started", hint="--env recorded, or another path"
        )
    return found


# ----------------------------------------------------------------------- the lock
def lock(need: EnvironmentNeed) -> tuple[list[str], list[str]]:
    """What to ask an installer for, and what cannot be asked for."""
    lines, skipped = [], []
    for name, version in sorted(need.packages.items()):
        origin = need.origins.get(name, "")
        if name == OURS:
            continue
        if not origin:
            lines.append(f"{name}=={version}")
        elif "+" in origin.partition("://")[0] or origin.startswith(("http://", "https://")):
            lines.append(f"{name} @ {origin}")
        else:
            skipped.append(f"{name} {version} came from {origin} and is left out")
    return lines, skipped


def find_uv() -> str | None:
    """uv: on the path, or beside our own Python."""
    beside = Path(sys.executable).with_name("uv")
    return shutil.which("uv") or (os.fspath(beside) if os.access(beside, os.X_OK) else None)


def _key(need: EnvironmentNeed) -> str:
    lines, _ = lock(need)
    text = "\n".join([need.implementation, need.version, *lines])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def cache_folder() -> Path:
    """Where environments that were built lie (XDG base directory, cache)."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "whence" / "environments"


def _find_cached(need: EnvironmentNeed) -> Interpreter | None:
    folder = cache_folder() / _key(need)
    return inspect(folder / "bin" / "python") if (folder / _DONE).exists() else None


# ---------------------------------------------------------------------- building
def _try(uv: str, need: EnvironmentNeed, lines: list[str]) -> tuple[str, str] | None:
    """Why it cannot be built, and what to try; ``None`` where it can."""
    answer = _uv(uv, ["python", "find", "--no-project", need.version], seconds=_ASKING)
    if answer.status != 0:
        answer = _uv(uv, ["python", "list", need.version, "--output-format", "json"], _ASKING)
        if answer.status != 0 or answer.output.strip() in {b"", b"[]"}:
            return f"Python {need.version} is neither here nor to be had", "--env current"
    if not lines:
        return None
    words = ["pip", "compile", "-", "--no-deps", "--python-version", need.version, "--quiet"]
    first = None
    for index in _indexes(need):
        answer = _uv(uv, [*words, "--no-header", *index], _ASKING, "\n".join(lines))
        if answer.status == 0:
            return None
        first = first or answer
    assert first is not None, "there is one index at least"
    hint = "--env current; or name where they are with UV_FIND_LINKS or UV_INDEX"
    return f"its packages no longer resolve: {_reason(first)}", hint


def _indexes(need: EnvironmentNeed) -> list[list[str]]:
    """Where to look: as uv is set up, then, for builds of PyTorch that no other has, at its own."""
    _, _, build = need.packages.get("torch", "").partition("+")
    return [[], *([["--torch-backend", build]] if _TORCH_BUILD.fullmatch(build) else [])]


def _build(need: EnvironmentNeed) -> Interpreter:
    uv = find_uv()
    assert uv is not None, "planned before"
    folder = cache_folder() / _key(need)
    lines, _ = lock(need)
    with _holding(folder):
        found = _find_cached(need)
        if found is not None:
            return found
        shutil.rmtree(folder, ignore_errors=True)
        asked = folder.with_suffix(".txt")
        asked.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        answer = _uv(
            uv, ["venv", "-q", "--no-project", "--python", need.version, os.fspath(folder)]
        )
        words = ["pip", "install", "--quiet", "--no-deps", "--link-mode", "copy"]
        where = ["--python", os.fspath(folder / "bin" / "python"), "-r", os.fspath(asked)]
        for index in _indexes(need) if lines and answer.status == 0 else ():
            answer = _uv(uv, [*words, "--compile-bytecode", *where, *index])
            if answer.status == 0:
                break
        if answer.status != 0:
            shutil.rmtree(folder, ignore_errors=True)
            raise ReproductionError(
                f"the environment could not be built: {_reason(answer)}",
                hint="--env current does it in the Python of now",
            )
        _follow_editable(need, folder)
        asked.rename(folder / _DONE)
    built = inspect(folder / "bin" / "python")
    if built is None:
        raise ReproductionError(f"{folder}/bin/python was built and does not start")
    return built


def _follow_editable(need: EnvironmentNeed, folder: Path) -> None:
    """Let the new Python find what was installed as a link to a folder of sources."""
    places = []
    for origin in need.origins.values():
        place = Path(origin.partition("file://")[2])
        if origin.startswith("editable file://") and place.is_dir():
            places.append(place / "src" if (place / "src").is_dir() else place)
    for packages in folder.glob("lib/python*/site-packages"):
        text = "".join(f"{place}\n" for place in places)
        (packages / "whence-editable.pth").write_text(text, encoding="utf-8")


@contextmanager
def _holding(folder: Path) -> Iterator[None]:
    """One builder at a time."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _uv(uv: str, words: list[str], seconds: float = _SECONDS, given: str = "") -> Answer:
    env = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    command = [uv, "--color", "never", *words]
    if given:
        # The questions of `ask` have no input; a file descriptor of a pipe would need a thread.
        command = ["/bin/sh", "-c", 'printf "%s\\n" "$0" | "$@"', given, *command]
    return ask(command, cwd="/", env=env, seconds=seconds)


def _reason(answer: Answer) -> str:
    lines = [re.sub(r"^\W+", "", line).strip() for line in answer.error.splitlines()]
    told = [line for line in lines if line and not line.startswith(("warning", "hint"))]
    return answer.failure or " ".join(told[-3:])[:400] or "uv failed"


def _missing(why: str, problem: str, hint: str) -> Plan:
    return Plan("missing", None, (), f"{why}, and {problem}", hint)
