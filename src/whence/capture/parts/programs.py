"""Tables: programs that only start others, and processes that only work for another."""

import os
import re
from collections.abc import Sequence

from whence.capture.naming import INTERPRETERS, WRAPPERS

SHELLS = frozenset("sh ash bash dash zsh ksh fish busybox csh tcsh".split())

DRIVERS = frozenset(
    (
        "make gmake bmake ninja just task rake scons doit snakemake nextflow dvc cwltool luigi "
        "xargs parallel find watch run-parts "
        "srun sbatch mpirun mpiexec orterun prterun hydra_pmi_proxy"
    ).split()
)
"""Programs that are there to start others: what each starts is a step of its own."""

_ALWAYS_SEEN_THROUGH = frozenset({"strace", "ltrace", "script", "setsid", "ionice", "chrt"})

WORKERS = (
    ("multiprocessing", re.compile(r"from multiprocessing\.(spawn|forkserver|resource_tracker)")),
    ("loky", re.compile(r"(joblib\.externals\.)?loky\.backend|resource_tracker import main")),
    ("ray", re.compile(r"/ray/(_private|core|dashboard|autoscaler)/|\bray\.(util|_private)\.")),
    ("dask", re.compile(r"distributed\.cli|dask[-_ ](worker|scheduler)")),
)
"""Whose worker a process is → what its words look like."""

_PYTHON = re.compile(r"(python|pypy)[\d.]*[dmt]*\Z")

_TOLD_BY = 4
"""Words of a command that may tell whose worker it is."""


def program(argv: Sequence[str]) -> str:
    """The name of a program."""
    return os.path.basename(argv[0]).lstrip("-") if argv else ""


def starts_others(argv: Sequence[str]) -> bool:
    """Whether a command is there to start others: a shell, a build tool, a wrapper."""
    name = program(argv)
    if name in SHELLS or name in DRIVERS or name in WRAPPERS or name in _ALWAYS_SEEN_THROUGH:
        return True
    script = script_of(argv)
    return script in DRIVERS or script in WRAPPERS


def is_interpreter(argv: Sequence[str]) -> bool:
    """Whether a command runs an interpreter of some language that is no shell."""
    name = program(argv)
    return bool(INTERPRETERS.match(name)) and name not in SHELLS


def is_python(argv: Sequence[str]) -> bool:
    """Whether a command runs a Python."""
    return bool(_PYTHON.match(program(argv)))


def script_of(argv: Sequence[str]) -> str:
    """The script or module that an interpreter runs, by its name; empty for ``-c`` and the like."""
    if not is_interpreter(argv):
        return ""
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        if word == "-m" and words:
            return words[0]
        if word in {"-c", "-e", "-"}:
            return ""
        if word in {"-W", "-X"} and words:
            words.pop(0)
        elif not word.startswith("-"):
            return os.path.basename(word)
    return ""


def worker_of(argv: Sequence[str]) -> str:
    """Whose worker a command is; empty if nobody's."""
    words = " ".join(argv[:_TOLD_BY])[:2000]
    if not is_interpreter(argv) and program(argv) not in {"raylet", "gcs_server"}:
        return ""
    return next((name for name, looks in WORKERS if looks.search(words)), "")


def is_whence(argv: Sequence[str]) -> bool:
    """Whether a command is a ``whence run`` of its own."""
    words = list(argv[:6])
    named = program(words) == "whence" or script_of(words) == "whence"
    return named and "run" in words
