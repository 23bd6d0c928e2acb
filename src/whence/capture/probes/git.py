"""The state of the code: what git knows of it at the moment a run starts.

At most four processes, two for a clean repository. The repository's own configuration may come
from anybody: nothing that it names is run (no hooks, no file system monitor, no filters but those
of Git LFS, no external diff), and nothing is written (no optional locks).
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whence.capture.legible import legible
from whence.capture.probes.actor import identity
from whence.capture.probes.command import Answer, ask
from whence.model.gap import Gap
from whence.recording.redact import redact_diff, redact_url

SECONDS = 5.0
"""How long one question to git may take."""
DIFF_BYTES = 1 << 20
"""How much of a diff is kept."""
UNTRACKED_NAMES = 1_000
"""How many untracked files are told by name."""

_OWN = ".whence"
_EVERYTHING_BUT_OURS = ("--", ":/", f":(top,exclude,glob)**/{_OWN}/**")
_ALWAYS = (
    "git",
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
)
_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-ahead-behind",
    "--no-renames",
    "--untracked-files=all",
)
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-renames",
    "--no-relative",
    "--submodule=short",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--unified=3",
    "-O/dev/null",
)
_MISLEADING = (
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    # A partial clone must not fetch what it lacks: no network. The second is for older git.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}
_UNTRUSTED_KEYS = (".clean", ".smudge", ".process")
_GIT_LFS = re.compile(r"git-lfs [a-z-]+(?: --skip)?(?: (?:-- )?%f)?\Z")
_GITLINK = "160000"


@dataclass(frozen=True, slots=True)
class Submodule:
    """A repository within the repository."""

    path: str
    commit: str
    """The commit that is checked out; where it is not checked out, the one that belongs there."""
    changed: bool
    """Whether it differs from what the outer commit says, or has changes of its own."""


@dataclass(frozen=True, slots=True)
class CodeState:
    """What git knows of the code; all paths are relative to ``toplevel``."""

    toplevel: str
    commit: str | None = None
    """``None`` before the first commit, and where a gap says that it is unknown."""
    branch: str | None = None
    """``None`` when detached."""
    remote: str | None = None
    """Without credentials."""
    dirty: bool | None = None
    """Whether a tracked file differs from the commit, as ``git describe --dirty`` has it."""
    diff: str = ""
    """Of tracked files against the commit, secrets taken out."""
    diff_is_cut: bool = False
    untracked: tuple[str, ...] = ()
    untracked_count: int = 0
    """How many there are; no more than ``UNTRACKED_NAMES`` are named."""
    submodules: tuple[Submodule, ...] = ()
    gaps: tuple[Gap, ...] = ()
    identity: str | None = None
    """Whom git takes the user for here, no part of the facts; ``None`` where it does not say."""

    def facts(self) -> dict[str, Any]:
        """As JSON, without what does not apply; ``gaps`` among it."""
        told: dict[str, Any] = {
            "commit": self.commit,
            "branch": self.branch and legible(self.branch),
            "remote": self.remote and legible(self.remote),
            "dirty": self.dirty,
            "diff": legible(self.diff),
            "diff_is_cut": self.diff_is_cut,
            "untracked": [legible(name) for name in self.untracked],
            "untracked_count": self.untracked_count,
            "submodules": [
                {"path": legible(each.path), "commit": each.commit, "changed": each.changed}
                for each in self.submodules
            ],
            "gaps": [
                {"kind": each.kind, "about": each.about, "reason": each.reason}
                | ({"remedy": each.remedy} if each.remedy else {})
                for each in self.gaps
            ],
        }
        kept = {"dirty": self.dirty} if self.dirty is not None else {}
        return {name: value for name, value in told.items() if value} | kept


def read_code_state(cwd: str) -> CodeState | None:
    """The state of the repository that a folder lies in; ``None`` where there is none."""
    top = _find_toplevel(cwd)
    return None if top is None else _Repository(top).read()


class _Repository:
    def __init__(self, top: str) -> None:
        self._top = top
        self._prefix: list[str] = [*_ALWAYS]
        self._gaps: list[Gap] = []
        self._object_format = "sha1"
        self._env = {name: os.environ[name] for name in os.environ if name not in _MISLEADING}
        self._env |= _QUIET

    def read(self) -> CodeState:
        settings = self._read_settings()
        if settings is None:
            return CodeState(self._top, gaps=tuple(self._gaps))
        values = dict(_without_scope(settings))
        return replace(self._read_by(settings, values), identity=identity(values))

    def _read_by(
        self, settings: Sequence[tuple[str, str, str]], values: Mapping[str, str]
    ) -> CodeState:
        self._object_format = values.get("extensions.objectformat", "sha1")
        disarmed = _disarm(settings)
        if disarmed is None:
            reason = "its settings name a filter in a way that git cannot be told to leave out"
            self._gaps.append(Gap("code-unknown", "changes", reason))
            return replace(self._read_commit_alone(), gaps=tuple(self._gaps))
        self._prefix += disarmed
        answer = self._ask(*_STATUS)
        if not answer.succeeded:
            if "must be run in a work tree" in answer.error:
                return CodeState(self._top)
            self._miss("changes", answer)
            state = self._read_commit_alone()
        else:
            state = self._with_status(_fields(answer.output))
        remote = _remote(values, state.branch)
        return replace(state, remote=remote, gaps=tuple(self._gaps))

    def _read_settings(self) -> list[tuple[str, str, str]] | None:
        """Scope, key and value of every setting; ``None`` where git gives no answer at all."""
        answer = self._ask("config", "--list", "-z", "--show-scope")
        if not answer.succeeded:
            self._miss("code", answer)
            return None
        fields = _fields(answer.output)
        return [
            (scope, *_key_and_value(setting))
            for scope, setting in zip(fields[::2], fields[1::2], strict=False)
        ]

    def _with_status(self, entries: Sequence[str]) -> CodeState:
        state, changed = CodeState(self._top), set()
        untracked = []
        for entry in entries:
            mark, _, rest = entry.partition(" ")
            if entry.startswith("# branch.oid "):
                commit = entry.removeprefix("# branch.oid ")
                state = replace(state, commit=None if commit == "(initial)" else commit)
            elif entry.startswith("# branch.head "):
                branch = entry.removeprefix("# branch.head ")
                state = replace(state, branch=None if branch == "(detached)" else branch)
            elif mark == "?" and not _is_ours(rest):
                untracked.append(rest)
            elif mark in {"1", "u"}:
                path = rest.split(" ", 7 if mark == "1" else 9)[-1]
                if not _is_ours(path):
                    changed.add(path)
        if changed:
            state = self._with_diff(state)
        if len(untracked) > UNTRACKED_NAMES:
            reason = f"{len(untracked)} files are untracked, {UNTRACKED_NAMES} are named"
            self._gaps.append(Gap("truncated", "untracked files", reason))
        return replace(
            state,
            dirty=bool(changed),
            untracked=tuple(untracked[:UNTRACKED_NAMES]),
            untracked_count=len(untracked),
            submodules=tuple(self._read_submodules(changed)),
        )

    def _with_diff(self, state: CodeState) -> CodeState:
        against = state.commit or _empty_tree(self._object_format)
        answer = self._ask(*_DIFF, against, *_EVERYTHING_BUT_OURS, limit=DIFF_BYTES)
        if not answer.succeeded:
            self._miss("diff", answer)
            return state
        if answer.is_cut:
            reason = f"only the first {DIFF_BYTES >> 20} MiB of the changes are kept"
            self._gaps.append(Gap("truncated", "diff", reason))
        text = answer.output.decode("utf-8", "replace")
        return replace(state, diff=redact_diff(text), diff_is_cut=answer.is_cut)

    def _read_commit_alone(self) -> CodeState:
        """What is known without looking at any file."""
        answer = self._ask("rev-parse", "HEAD", "--abbrev-ref", "HEAD")
        if not answer.succeeded:
            return CodeState(self._top)
        commit, branch = answer.output.decode("utf-8", "surrogateescape").splitlines()[:2]
        return CodeState(self._top, commit, None if branch == "HEAD" else branch)

    def _read_submodules(self, changed: set[str]) -> Iterator[Submodule]:
        if not os.path.exists(os.path.join(self._top, ".gitmodules")):
            return
        answer = self._ask(
            "config", "--file", ".gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$"
        )
        paths = [_key_and_value(field)[1] for field in _fields(answer.output)]
        listed = self._ask(
            "ls-files", "--stage", "-z", "--", *(f":(top,literal){p}" for p in paths)
        )
        if not answer.succeeded or not listed.succeeded:
            self._miss("submodules", listed if answer.succeeded else answer)
            return
        for entry in _fields(listed.output):
            facts, _, path = entry.partition("\t")
            mode, commit, _stage = facts.split(" ")
            if mode != _GITLINK:
                continue
            if path in changed:
                head = self._ask("-C", path, "rev-parse", "--verify", "HEAD")
                commit = head.output.decode("ascii", "replace").strip() or commit
            yield Submodule(path, commit, path in changed)

    def _ask(self, *words: str, limit: int = 1 << 26) -> Answer:
        return ask(
            [*self._prefix, *words], cwd=self._top, env=self._env, seconds=SECONDS, limit=limit
        )

    def _miss(self, about: str, answer: Answer) -> None:
        """Note what git did not tell, and why."""
        if "dubious ownership" in answer.error:
            reason = "git does not read a repository that belongs to somebody else"
            remedy = f"git config --global --add safe.directory {legible(self._top)}"
        elif answer.failure:
            reason, remedy = answer.failure, ""
            if "not installed" in reason:
                remedy = "install git"
        else:
            reason = redact_url(answer.error.splitlines()[0]) if answer.error else "git failed"
            remedy = ""
        self._gaps.append(Gap("code-unknown", about, reason, remedy))


def _find_toplevel(cwd: str) -> str | None:
    """The nearest folder upwards with a ``.git``; a folder of its own, or a file in a worktree.

    git's own variables, where set, say it better; then git is asked.
    """
    if "GIT_DIR" in os.environ:
        answer = ask(["git", "rev-parse", "--show-toplevel"], cwd=cwd, seconds=SECONDS)
        return os.fsdecode(answer.output).rstrip("\n") or None
    folder = os.path.abspath(cwd)
    while True:
        mark = os.path.join(folder, ".git")
        if os.path.isfile(mark) or os.path.lexists(os.path.join(mark, "HEAD")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _disarm(settings: Sequence[tuple[str, str, str]]) -> list[str] | None:
    """Arguments that switch off programs which the repository's own settings name.

    ``None`` where that cannot be done: ``-c`` takes no name with a ``=`` in it.
    """
    words: list[str] = []
    for scope, key, value in settings:
        if scope not in {"local", "worktree"} or not key.startswith("filter."):
            continue
        if "=" in key:
            return None
        if key.endswith(_UNTRUSTED_KEYS) and not _GIT_LFS.match(value):
            words += ["-c", f"{key}="]
        elif key.endswith(".required"):
            words += ["-c", f"{key}=false"]
    return words


def _remote(values: Mapping[str, str], branch: str | None) -> str | None:
    """Where the branch comes from: its own remote, otherwise ``origin``, otherwise the first."""
    names = (values.get(f"branch.{branch}.remote"), "origin")
    urls = [values.get(f"remote.{name}.url") for name in names if name]
    urls += [url for key, url in values.items() if re.fullmatch(r"remote\..*\.url", key)]
    url = next((each for each in urls if each), None)
    return None if url is None else redact_url(url).replace("[redacted:url-userinfo]@", "")


def _empty_tree(object_format: str) -> str:
    """The id of a tree without files, against which everything is new."""
    return hashlib.new(object_format, b"tree 0\0", usedforsecurity=False).hexdigest()


def _fields(output: bytes) -> list[str]:
    return os.fsdecode(output).split("\0")[:-1]


def _key_and_value(setting: str) -> tuple[str, str]:
    key, _, value = setting.partition("\n")
    return key, value


def _without_scope(settings: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    return ((key, value) for _, key, value in settings)


def _is_ours(path: str) -> bool:
    return _OWN in path.split("/")
