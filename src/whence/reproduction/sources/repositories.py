"""Asking git repositories around a file; nothing in them is changed, no hook or filter is run."""

import os
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from whence.reproduction.sources.interface import Asked

_LARGEST_ANSWER = 64 * 1024
_PATIENCE = 60
_COMMANDS = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")


class Blob(NamedTuple):
    """A file as a commit has it."""

    repository: Path
    commit: str
    name: str
    """Below the repository's top, with ``/``."""
    size: int

    @property
    def spec(self) -> str:
        """How git calls it."""
        return f"{self.commit}:{self.name}"


def blobs(asked: Asked) -> Iterator[Blob]:
    """What the recorded commits, and the present one, have at the places of a content."""
    met = set()
    for path in asked.paths:
        top = repository_of(path)
        if top is None:
            continue
        name = os.path.relpath(path, top)
        for commit in (*asked.commits, "HEAD"):
            size = blob_size(top, commit, name)
            if size is not None and (top, commit, name) not in met:
                met.add((top, commit, name))
                yield Blob(top, commit, name, size)


def repository_of(path: Path) -> Path | None:
    """The top of the repository that a file lies in; the folder need not exist any more."""
    for folder in path.parents:
        if (folder / ".git").exists():
            return folder
    return None


@lru_cache(maxsize=64)
def common_folder(top: Path) -> Path | None:
    """Where a repository keeps what all its work trees share."""
    told = _ask(top, "rev-parse", "--git-common-dir")
    return None if not told else (top / os.fsdecode(told.rstrip(b"\n"))).resolve()


def blob_size(top: Path, commit: str, name: str) -> int | None:
    """How large a commit's file is, as git keeps it; ``None`` where there is none."""
    told = _ask(top, "cat-file", "-s", f"{commit}:{name}")
    return int(told) if told and told.strip().isdigit() else None


def read_small(blob: Blob) -> bytes:
    """A small file of a commit; empty where it is larger."""
    if blob.size > _LARGEST_ANSWER:
        return b""
    return _ask(blob.repository, "cat-file", "blob", blob.spec) or b""


def write_blob(blob: Blob, to: Path) -> None:
    """Write a commit's file out, as git keeps it.

    Raises:
        OSError: git cannot be asked, or gave nothing.
    """
    with to.open("wb") as file:
        done = subprocess.run(
            [*_COMMANDS, "-C", os.fspath(blob.repository), "cat-file", "blob", blob.spec],
            stdout=file,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=_environment(),
            check=False,
        )
    if done.returncode:
        raise OSError(done.stderr.decode("utf-8", "replace").strip())


def _ask(top: Path, *words: str) -> bytes | None:
    try:
        done = subprocess.run(
            [*_COMMANDS, "-C", os.fspath(top), *words],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=_environment(),
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    """Without the variables by which git would look at another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
