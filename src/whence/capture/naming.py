"""How a run's job is called when nobody says: by the script, not by what runs it."""

import os
import re
from collections.abc import Sequence

from whence.capture.legible import legible

INTERPRETERS = re.compile(
    r"(python|pypy|ipython|rscript|r|julia|node|deno|bun|ruby|perl|lua|bash|sh|zsh|dash|ksh|fish|"
    r"php|java|spark-submit|torchrun|accelerate|deepspeed|horovodrun|mpirun|mpiexec|streamlit|"
    r"papermill|snakemake|nextflow|duckdb|psql|sqlite3)(-?\d[\d.]*)?w?(\.exe)?\Z",
    re.IGNORECASE,
)
"""Programs that run a script named among their arguments."""

WRAPPERS: dict[str, tuple[str, ...]] = {
    "env": (),
    "nice": ("-n",),
    "nohup": (),
    "time": (),
    "timeout": ("-s", "-k"),
    "stdbuf": ("-i", "-o", "-e"),
    "xvfb-run": ("-n", "-s"),
    "taskset": (),
    "numactl": (),
    "sudo": ("-u", "-g"),
    "uv": (),
    "poetry": (),
    "pipenv": (),
    "pdm": (),
    "hatch": (),
    "conda": ("-n", "-p"),
    "mamba": ("-n", "-p"),
    "micromamba": ("-n", "-p"),
    "pixi": ("-e",),
}
"""Programs that only start another → their switches that take a value."""

NOTEBOOK_RUNNERS = re.compile(
    r"(jupyter|jupyter-nbconvert|jupyter-execute|jupyter-run|nbconvert|papermill)(\.exe)?\Z"
)
"""Programs that execute a notebook named among their arguments; the rest is how, not with what."""

_NOTEBOOK = ".ipynb"
_NOTEBOOK_VALUES = {"-p", "-r", "--parameters", "--parameters_raw", "--parameters-raw"}
_KERNELS = {"ipykernel_launcher", "ipykernel", "ipykernel.kernelapp"}
"""Modules that a notebook's front end starts: their words are for it alone."""

_SUBCOMMANDS = {"run", "exec", "launch"}
_TAKES_VALUE = {"-W", "-X", "-Q", "--nproc_per_node", "--nproc-per-node", "--nnodes", "-np", "-n"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_DURATION = re.compile(r"\d+(\.\d+)?[smhd]?\Z")


def job_name(command: Sequence[str]) -> str:
    """The job of a command: ``python src/train.py --lr 1`` is ``train``, ``make data`` itself."""
    words = _unwrap(list(command))
    program = os.path.basename(words[0])
    notebook = _notebook(words)
    if notebook:
        return _stem(notebook)
    if not INTERPRETERS.match(program):
        stem = _stem(words[0])
        plain = [word for word in words[1:] if not word.startswith("-")]
        return f"{stem} {plain[0]}" if stem in {"make", "dvc", "dbt", "just"} and plain else stem
    return _script(words)[0] or program


def command_arguments(command: Sequence[str]) -> Sequence[str]:
    """The words that are for the script itself, after all that only starts it."""
    words = _unwrap(list(command))
    if _notebook(words):
        return [
            f"--{words[at + 1]}={words[at + 2]}"
            for at in range(1, len(words) - 2)
            if words[at] in _NOTEBOOK_VALUES
        ]
    if not INTERPRETERS.match(os.path.basename(words[0])):
        return words[1:]
    script, begin = _script(words)
    return [] if script in _KERNELS else words[begin:]


def _notebook(words: Sequence[str]) -> str:
    """The notebook that a command executes, by whatever starts the program that does."""
    at = 2 if len(words) > 2 and words[1] == "-m" else 0
    if not NOTEBOOK_RUNNERS.match(os.path.basename(words[at])):
        return ""
    return next((word for word in words[at + 1 :] if word.endswith(_NOTEBOOK)), "")


def _unwrap(words: list[str]) -> list[str]:
    while len(words) > 1:
        program = os.path.basename(words[0])
        if program not in WRAPPERS:
            return words
        at = 1
        while at < len(words) - 1:
            word = words[at]
            if word in WRAPPERS[program]:
                at += 2
            elif (
                word.startswith("-")
                or word in _SUBCOMMANDS
                or _ASSIGNMENT.match(word)
                or _DURATION.match(word)
            ):
                at += 1
            else:
                break
        words = words[at:]
    return words


def _script(words: list[str]) -> tuple[str, int]:
    """The script or module among an interpreter's words, and where its own arguments begin."""
    at = 1
    while at < len(words):
        word = words[at]
        if word == "-m" and at + 1 < len(words):
            module = words[at + 1]
            inner, begin = _script(words[at + 1 :]) if INTERPRETERS.match(module) else ("", 0)
            return (inner, at + 1 + begin) if inner else (module, at + 2)
        if word in {"-c", "-e"}:
            return "", at + 2
        if word == "-":
            return "", at + 1
        if word in _TAKES_VALUE:
            at += 2
        elif word.startswith("-") or word in _SUBCOMMANDS or INTERPRETERS.match(word):
            at += 1
        else:
            return _stem(word), at + 1
    return "", len(words)


def _stem(path: str) -> str:
    name = os.path.basename(path.rstrip("/")) or path
    stem = os.path.splitext(name)[0] or name
    return legible(stem)
