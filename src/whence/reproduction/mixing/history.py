"""What git knows of the way from one commit to another: commits in order, files as they were."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from whence.capture.probes.command import Answer, ask
from whence.errors import ReproductionError, UsageError
from whence.model.moment import stamp

_SECONDS = 120.0
_QUIET: Mapping[str, str] = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=no")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit on the way."""

    id: str
    at: str
    """RFC 3339 in UTC."""
    subject: str


class History:
    """The repository around a folder.

    Args:
        root: The workspace.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        answer = self._ask("rev-parse", "--show-prefix")
        self.is_there = answer.succeeded
        self._prefix = os.fsdecode(answer.output).removesuffix("\n") if answer.succeeded else ""

    def between(self, a: str, b: str) -> list[Commit]:
        """The commits after one, up to another, along first parents, oldest first.

        Raises:
            UsageError: the second does not come from the first.
            ReproductionError: git does not have them.
        """
        for commit in (a, b):
            if not self._ask("cat-file", "-e", f"{commit}^{{commit}}").succeeded:
                raise ReproductionError(
                    f"git does not have the commit {commit[:12]}", hint="`git fetch` it"
                )
        if a != b and self._ask("merge-base", "--is-ancestor", a, b).status != 0:
            raise UsageError(
                f"commit {b[:12]} of B does not come after commit {a[:12]} of A",
                hint="`whence attribute` needs no order between the two",
            )
        told = self._must("log", "--first-parent", "--reverse", "--format=%H %ct %s", f"{a}..{b}")
        found = []
        for line in told.splitlines():
            commit, seconds, *subject = line.split(" ", 2)
            moment = stamp(datetime.fromtimestamp(int(seconds), UTC))
            found.append(Commit(commit, moment, subject[0] if subject else ""))
        return found

    def changed(self, a: str, b: str) -> set[str]:
        """The names, as the workspace calls them, of files that any commit between changed."""
        told = self._must(
            "log", "-m", "--first-parent", "-z", "--name-only", "--format=", f"{a}..{b}"
        )
        names = (each.lstrip("\n") for each in told.split("\0"))
        return {
            each[len(self._prefix) :] for each in names if each and each.startswith(self._prefix)
        }

    def files(self, commit: str, names: Iterable[str]) -> dict[str, str]:
        """Name → git's id of the content, of those of some files that a commit has."""
        wanted = set(names)
        told = self._must(
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            f"{commit}:{self._prefix}" if self._prefix else commit,
        )
        found = {}
        for line in told.split("\0"):
            head, _, name = line.partition("\t")
            if name in wanted and head.split(" ")[1] == "blob":
                found[name] = head.split(" ")[2]
        return found

    def content(self, blob: str) -> bytes:
        """A file's bytes."""
        answer = self._ask("cat-file", "blob", blob)
        if not answer.succeeded:
            raise ReproductionError(f"git cannot read {blob[:12]}: {_why(answer)}")
        return answer.output

    def _must(self, *words: str) -> str:
        answer = self._ask(*words)
        if not answer.succeeded:
            raise ReproductionError(f"git {words[0]} failed: {_why(answer)}")
        return os.fsdecode(answer.output)

    def _ask(self, *words: str) -> Answer:
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        kept = {name: os.environ[name] for name in _CONFIGURED if name in os.environ}
        return ask(
            ["git", *_SAFE, *words],
            cwd=os.fspath(self._root),
            env={**env, **kept, **_QUIET},
            seconds=_SECONDS,
        )


_CONFIGURED: Sequence[str] = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CEILING_DIRECTORIES")


def _why(answer: Answer) -> str:
    return answer.failure or (answer.error.splitlines() or ["it gave no reason"])[-1]
