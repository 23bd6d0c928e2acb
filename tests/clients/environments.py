"""Builds and finds the environments that hold other people's libraries: ``make clients``.

One environment per lock file in ``requirements/clients/``, outside what git knows. Whence itself
is in none of them: users have it in one place and their libraries in another.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "requirements" / "clients"
PYTHON = "3.11"
LIMIT = 1500
"""Seconds that one environment may take, packages not yet downloaded."""

ONLY_WITH_GPU = re.compile(r"(nvidia-(?!ml-py)|cuda-|triton$)")
"""Packages that only a CUDA build of a library calls: gigabytes, dead weight beside a CPU one."""

FAILED = ".failed"
"""Beside an environment that could not be made: why."""

CPU_BUILD = "torch"
"""The one library that has a build without CUDA under the same version."""


def place() -> Path:
    """The folder that holds the environments; ``WHENCE_CLIENTS`` moves it."""
    return Path(os.environ.get("WHENCE_CLIENTS") or ROOT / ".venv-clients")


def groups() -> tuple[str, ...]:
    """Names of all environments, in order."""
    return tuple(sorted(path.stem for path in LOCKS.glob("*.lock")))


def interpreter(group: str) -> Path:
    """Where the environment's Python is, or will be."""
    return place() / group / "bin" / "python"


def fingerprint(group: str) -> str:
    """What an environment was made from; another fingerprint means: make it again."""
    return hashlib.sha256((LOCKS / f"{group}.lock").read_bytes()).hexdigest()


def lack(group: str) -> str:
    """Why the environment cannot be used; empty when it can."""
    note = place() / group / FAILED
    if note.exists():
        return note.read_text(encoding="utf-8")
    if not interpreter(group).exists():
        return f"no environment {group!r}: run `make clients`"
    return ""


def pip_settings(environ: Mapping[str, str], config: str) -> dict[str, str]:
    """What pip was told about where packages are, as the variables that uv reads.

    ``config`` is the output of ``pip config list``. Only what uv does not know by itself.
    """
    told = dict(re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", config, re.MULTILINE))
    named = {
        "UV_FIND_LINKS": ",".join(told.get("find-links", "").split()),
        "UV_EXTRA_INDEX_URL": told.get("extra-index-url", ""),
        "UV_DEFAULT_INDEX": told.get("index-url", ""),
        "SSL_CERT_FILE": told.get("cert", ""),
    }
    return {name: value for name, value in named.items() if value and name not in environ}


def blocks(lock: str) -> Iterator[tuple[str, str]]:
    """A lock file's (name of package, its lines)."""
    for found in re.finditer(r"^([A-Za-z0-9][\w.-]*)==(?:.*\\\n)*.*\n?", lock, re.MULTILINE):
        yield found[1], found[0]


def without_gpu(lock: str) -> str:
    """The lock file without what only a CUDA build needs."""
    return "".join(text for name, text in blocks(lock) if not ONLY_WITH_GPU.match(name))


def with_digests(lock: str, package: str, digests: Iterable[str]) -> str:
    """The lock file accepting further files of one package, by their SHA-256."""
    extra = [f"    --hash=sha256:{digest}" for digest in sorted(set(digests))]

    def add(name: str, text: str) -> str:
        lines = text.rstrip("\n").split(" \\\n")
        new = [line for line in extra if line not in lines]
        return text if name != package else " \\\n".join([*lines, *new]) + "\n"

    return "".join(add(name, text) for name, text in blocks(lock))


@dataclass(frozen=True, slots=True)
class Built:
    """What came of one environment."""

    group: str
    seconds: float
    reason: str
    """Why it cannot be used; empty when it can."""
    new: bool

    def __str__(self) -> str:
        if self.reason:
            return f"SKIPPED {self.group}: {self.reason}"
        return f"{self.group:10} {'made' if self.new else 'there'}, {self.seconds:.0f} s"


def build(group: str) -> Built:
    """Makes one environment, unless it is there already; then nothing is asked of any network."""
    started = time.perf_counter()
    stamp = place() / group / ".made-from"
    made_from = fingerprint(group)
    if stamp.exists() and stamp.read_text() == made_from:
        return Built(group, time.perf_counter() - started, "", new=False)
    try:
        install(group)
    except subprocess.CalledProcessError as failure:
        words = (failure.stderr or failure.output or "").strip().splitlines()
        reason = "cannot be installed: " + " ".join(line.strip() for line in words[-4:])[:400]
    except subprocess.TimeoutExpired:
        reason = f"cannot be installed within {LIMIT} s"
    else:
        reason = ""
        stamp.write_text(made_from, encoding="utf-8")
    if reason:
        stamp.with_name(FAILED).write_text(reason, encoding="utf-8")
    return Built(group, time.perf_counter() - started, reason, new=True)


def install(group: str) -> None:
    """Makes the environment by uv, or, where uv finds no packages, by pip."""
    lock = (LOCKS / f"{group}.lock").read_text(encoding="utf-8")
    python = interpreter(group)
    environ = environment()
    call([*uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(python.parents[1])])
    wanted = python.parents[1] / "wanted.lock"
    wanted.write_text(for_this_place(lock, python, environ), encoding="utf-8")
    into = ["--require-hashes", "--python", str(python)]
    try:
        call([*uv(), "pip", "sync", "--quiet", "--compile-bytecode", *into, str(wanted)], environ)
    except subprocess.CalledProcessError:
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        call([*pip, "--no-deps", "--require-hashes", "-r", str(wanted)], environ)


def for_this_place(lock: str, python: Path, environ: Mapping[str, str]) -> str:
    """The lock file with the CPU build where the places that pip was told of offer one.

    A trial of uv's says so without loading anything. The build must then be asked for by its whole
    version: neither installer takes digests of ``2.13.0`` for those of ``2.13.0+cpu``.
    """
    whole = dict(blocks(lock)).get(CPU_BUILD)
    if whole is None:
        return without_gpu(lock)
    one = python.parents[1] / "one.lock"
    one.write_text(whole, encoding="utf-8")
    dry = ["pip", "sync", "--dry-run", "--require-hashes", "--python", str(python), str(one)]
    done = subprocess.run(
        [*uv(), *dry], env=dict(environ), capture_output=True, text=True, check=False, timeout=120
    )
    offered = re.search(rf"\+ ({CPU_BUILD}==[\w.]+\+cpu)\b", done.stderr)
    if offered is None:
        return lock
    return without_gpu(lock).replace(whole, re.sub(r"^\S+", offered[1], whole))


def environment() -> dict[str, str]:
    """This process's variables, and what pip was told put into uv's words."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    # pip looks in all its places for every package, and hashes guard what is found.
    as_pip_does = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    return as_pip_does | environ | pip_settings(environ, listed.stdout)


def uv() -> list[str]:
    """The installer, by this environment's own Python."""
    return [sys.executable, "-m", "uv"]


def call(command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
    """Runs a command that must succeed, its words kept for a failure."""
    subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=LIMIT)


def relock(group: str) -> None:
    """Renews one lock file from the ``.in`` beside it; CPU wheels at hand become acceptable."""
    lock = LOCKS / f"{group}.lock"
    call(
        [
            *(*uv(), "pip", "compile", "--quiet", "--universal", "--python-version", PYTHON),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
            *("--upgrade", "--custom-compile-command", "make clients-lock"),
            *(str(lock.with_suffix(".in").relative_to(ROOT)), "-o", str(lock)),
        ],
    )
    text = lock.read_text(encoding="utf-8")
    version = re.search(rf"^{CPU_BUILD}==([\w.]+)", text, re.MULTILINE)
    folders = [Path(folder) for folder in environment().get("UV_FIND_LINKS", "").split(",")]
    wheels = [
        hashlib.sha256(wheel.read_bytes()).hexdigest()
        for folder in folders
        if version and folder.is_dir() and folder != Path()
        for wheel in folder.glob(f"{CPU_BUILD}-{version[1]}+cpu-*.whl")
    ]
    header = "".join(line + "\n" for line in text.splitlines() if line.startswith("#"))
    lock.write_text(header + with_digests(text, CPU_BUILD, wheels), encoding="utf-8")


def main(words: Sequence[str]) -> int:
    """``environments.py [--lock] [GROUP…]``: builds, saying which cannot be had; or locks again."""
    named = [word for word in words if not word.startswith("-")] or list(groups())
    if "--lock" in words:
        for path in sorted(LOCKS.glob("*.in")):
            relock(path.stem)
        return 0
    for group in named:
        print(build(group), flush=True)  # noqa: T201  a program to be run
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
