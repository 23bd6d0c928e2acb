"""Runs one program under ``whence run``, in a folder of its own, and reads what was recorded."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clients.environments import interpreter, lack
from corpus.matching import Score, Told, score_facts, score_places
from corpus.services import SERVICES
from corpus.tables import written
from corpus.truth import Truth, filled

LIMIT = 150
"""Seconds for one command of a program."""

WHENCE = [sys.executable, "-m", "whence"]

QUIET = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "WANDB_SILENT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DVC_NO_ANALYTICS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "GIT_AUTHOR_NAME": "corpus",
}
"""No telemetry, no network, no window: what a program says to its user stays as it is."""

PASSED_ON = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "LD_LIBRARY_PATH", "TMPDIR")

NOT_TRUE_OF_THE_PROGRAM = frozenset({"stdout", "stderr", "stdin", "environment", "code"})
"""Roles that are neither inputs nor outputs of the corpus: the terminal, and what has facets."""


@dataclass(slots=True)
class Outcome:
    """What came of one program."""

    truth: Truth
    scores: dict[str, Score] = field(default_factory=dict)
    seconds: float = 0.0
    skipped: str = ""
    """Why it did not run."""
    broken: str = ""
    """Why nothing could be measured: the program or Whence did not do what it should."""
    gaps: list[str] = field(default_factory=list)


def run_program(truth: Truth) -> Outcome:
    """Makes the program's folder, runs it, reads what was recorded, scores it."""
    outcome = Outcome(truth)
    services = truth.told.get("services", ())
    for group in (truth.group, *(["remote"] if services else [])):
        if reason := lack(group):
            outcome.skipped = reason
            return outcome
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True) as scratch:
        try:
            with ready(truth, Path(scratch).resolve()) as (folder, environ, words):
                output = run_commands(truth, folder, environ, words)
                score(outcome, told_by(folder, environ), folder, output, words)
        except (subprocess.SubprocessError, OSError, RuntimeError) as failure:
            outcome.broken = describe(failure)
    outcome.seconds = time.perf_counter() - started
    return outcome


def describe(failure: Exception) -> str:
    said = getattr(failure, "stderr", None) or getattr(failure, "output", None) or ""
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"{failure}\n{words[-2000:]}".strip()


@contextmanager
def ready(truth: Truth, scratch: Path) -> Iterator[tuple[Path, dict[str, str], dict[str, str]]]:
    """The program in its folder with its data beside it, and its services running."""
    folder, home = scratch / truth.name, scratch / "home"
    shutil.copytree(truth.folder, folder, ignore=shutil.ignore_patterns("truth.json"))
    home.mkdir()
    for name, table in truth.told.get("data", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(written(table), encoding="utf-8")
    python = interpreter(truth.group)
    environ = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | QUIET
    environ |= {"HOME": str(home), "VIRTUAL_ENV": str(python.parents[1])}
    environ["PATH"] = f"{python.parent}{os.pathsep}{environ['PATH']}"
    words = {"here": str(folder)}
    with ExitStack() as stack:
        for name in truth.told.get("services", ()):
            start, tables = SERVICES[name]
            (scratch / name).mkdir()
            given = stack.enter_context(start(scratch / name, truth.told.get(tables, {})))
            for key, value in given.items():
                (environ if key.isupper() else words)[key] = value
        for key, value in truth.told.get("environment", {}).items():
            environ[key] = filled(value, words)
        prepare = folder / "prepare.py"
        if prepare.exists():
            subprocess.run(
                [python, prepare.name],
                cwd=folder,
                env=environ,
                check=True,
                capture_output=True,
                timeout=LIMIT,
            )
            prepare.unlink()
            shutil.rmtree(home)  # what preparing left in caches is not there for the program
            home.mkdir()
        yield folder, environ, words


def run_commands(
    truth: Truth, folder: Path, environ: Mapping[str, str], words: Mapping[str, str]
) -> str:
    """What the commands printed, each under ``whence run``; the last must end as it should."""
    output = ""
    for at, command in enumerate(truth.commands):
        argv = [*WHENCE, "run", "--", *(filled(word, words) for word in command)]
        done = run_to_the_end(argv, folder, environ)
        output += done.stdout
        wanted = truth.exit if at == len(truth.commands) - 1 else 0
        if done.returncode != wanted:
            raise subprocess.CalledProcessError(
                done.returncode, argv, done.stdout, done.stdout[-500:] + done.stderr
            )
    return output


def run_to_the_end(
    argv: list[str], folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a command; when it takes too long, it ends with all that it started."""
    with subprocess.Popen(
        argv,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def told_by(folder: Path, environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """All runs that the folder's record has, parts of runs among them."""

    def ask(*words: str) -> dict[str, Any]:
        done = subprocess.run(
            [*WHENCE, *words, "--json"],
            cwd=folder,
            env=dict(environ),
            check=True,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    waiting = [each["id"] for each in ask("log")["runs"]]
    runs: dict[str, dict[str, Any]] = {}
    while waiting:
        run = waiting.pop()
        if run not in runs:
            runs[run] = ask("show", run)
            waiting += [part["id"] for part in runs[run].get("parts", ()) if part.get("id")]
    return list(runs.values())


def score(
    outcome: Outcome,
    runs: list[dict[str, Any]],
    folder: Path,
    output: str,
    words: Mapping[str, str],
) -> None:
    """Compares what the runs tell with what is true of them."""
    truth = outcome.truth
    outcome.gaps = sorted(
        f"{gap.get('kind')}: {gap.get('about')}: {gap.get('reason')}"
        for run in runs
        for gap in run.get("gaps", ())
    )
    files: set[str] = set()
    for kind, key in (("inputs", "used"), ("outputs", "generated")):
        places = {
            name: is_folder for run in runs for name, is_folder in told_places(run, key, folder)
        }
        files |= set(places)
        outcome.scores[kind] = score_places(
            places, truth.places(kind, words), truth.places_also(kind, words)
        )
    files |= {str(folder / each) for each in files} | set(words.values())
    for kind, key in (
        ("parameters", "parameter_details"),
        ("metrics", "metric_details"),
        ("seeds", "seeds"),
    ):
        told = [each for run in runs for each in told_facts(run, key)]
        true, also = truth.facts(kind, output, folder), truth.facts_also(kind)
        if kind == "parameters":  # a seed is told among the parameters too, and it is one
            also += truth.facts("seeds", output, folder) + truth.facts_also("seeds")
        outcome.scores[kind] = score_facts(kind, told, true, also, files)
    kinds_told = {gap.get("kind") for run in runs for gap in run.get("gaps", ())}
    for gap in truth.told.get("gaps", ()):
        seeds = outcome.scores["seeds"]
        (seeds.found if gap in kinds_told else seeds.missed).append(f"gap {gap}")


def told_places(run: Mapping[str, Any], key: str, folder: Path) -> Iterator[tuple[str, bool]]:
    """Addresses of what a run used or made, each with whether it is a folder."""
    for each in run.get(key, ()):
        if each.get("role") in NOT_TRUE_OF_THE_PROGRAM:
            continue
        name = str(each.get("uri") or each.get("path") or each["name"])
        path = Path(name)
        if "://" not in name and path.is_absolute():
            is_folder = path.is_dir()
            yield (
                (str(path.relative_to(folder)) if path.is_relative_to(folder) else name),
                is_folder,
            )
        else:
            yield name, (folder / name).is_dir()


def told_facts(run: Mapping[str, Any], key: str) -> Iterator[Told]:
    """Named values of a run."""
    parameters = run.get("parameter_details") or {}
    for name, detail in (run.get(key) or {}).items():
        # Seeds are told as bare values; one that is a parameter too is a default when that is.
        flat = {**parameters.get(name, {}), "value": detail}
        told = detail if isinstance(detail, dict) else flat
        yield Told(
            name,
            told.get("value"),
            bool(told.get("default")),
            str(told.get("on") or ""),
            tuple(point[1] for point in told.get("series", ())),
            str(told.get("source") or ""),
        )
