"""The files of a commit in a scratch folder, with a repository of their own around them.

The repository there borrows the objects of the real one and has its own head, branch and index:
a program that asks git finds the recorded commit, and whatever it does to it is gone with the
folder. Nothing in the real repository is touched, and of its settings none is obeyed.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whence.capture.probes.command import Answer, ask
from whence.errors import ReproductionError

_SECONDS = 120.0
_QUIET: Mapping[str, str] = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
BORROWED = "borrowed"
"""What the real objects are called inside the scratch repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The real one, as far as it is needed."""

    objects: Path
    """Its folder of objects."""
    prefix: str
    """Where in it the workspace lies: empty at the top, else ``a/b/``."""
    form: str
    """``sha1`` or ``sha256``."""


def find_repository(root: Path, commit: str) -> Repository | None:
    """The repository around a folder, if it has this commit."""
    answer = _ask(
        root,
        "rev-parse",
        "--show-prefix",
        "--git-path",
        "objects",
        "--show-object-format",
    )
    if not answer.succeeded:
        return None
    lines = os.fsdecode(answer.output).split("\n")
    if len(lines) < 3:
        return None
    objects = Path(root, lines[1]).resolve()
    known = _ask(root, "cat-file", "-e", f"{commit}^{{tree}}")
    return Repository(objects, lines[0], lines[2]) if known.status == 0 else None


def check_out(repository: Repository, commit: str, branch: str | None, tree: Path) -> None:
    """Put the files of a commit into a folder; what lies there under other names stays.

    Raises:
        ReproductionError: git cannot.
    """
    inner = tree / ".git" if not repository.prefix else tree.parent / "index"
    if not inner.exists():
        _make_repository(repository, inner)
    env = {
        "GIT_DIR": os.fspath(inner),
        "GIT_WORK_TREE": os.fspath(tree),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.fspath(repository.objects),
    }
    name = f"refs/heads/{branch}" if branch else "HEAD"
    steps = [
        ("update-ref", "--no-deref", name, commit),
        ("read-tree", f"{commit}:{repository.prefix}" if repository.prefix else commit),
        ("checkout-index", "--all", "--force", "--index"),
    ]
    if branch:
        steps.insert(0, ("symbolic-ref", "HEAD", name))
    for step in steps:
        _must(tree, env, *step)


def _make_repository(repository: Repository, inner: Path) -> None:
    for name in ("objects/info", "objects/pack", "refs/heads", "info"):
        (inner / name).mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
    version, extension = "0", ""
    if repository.form != "sha1":
        version, extension = "1", f"[extensions]\n\tobjectformat = {repository.form}\n"
    (inner / "config").write_text(
        f"[core]\n\trepositoryformatversion = {version}\n\tbare = false\n\tlogallrefupdates = "
        f"false\n{extension}",
        encoding="ascii",
    )
    (inner / "objects/info/alternates").write_text(f"../{BORROWED}\n", encoding="ascii")
    (inner / BORROWED).symlink_to(repository.objects)


def _must(cwd: Path, env: Mapping[str, str], *words: str) -> None:
    answer = _ask(cwd, *words, env=env)
    if answer.status != 0:
        why = answer.failure or (answer.error.splitlines() or ["git failed"])[-1]
        raise ReproductionError(f"the recorded commit cannot be checked out: {why}")


def _ask(cwd: Path, *words: str, env: Mapping[str, str] | None = None) -> Answer:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for name in (
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_EXEC_PATH",
        "GIT_CEILING_DIRECTORIES",
    ):
        if name in os.environ:
            inherited[name] = os.environ[name]
    return ask(
        ["git", *_SAFE, *words],
        cwd=os.fspath(cwd),
        env={**inherited, **_QUIET, **(env or {})},
        seconds=_SECONDS,
    )
