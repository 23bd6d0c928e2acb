"""A policy as a file on this disk, with the commit of git that it is in."""

from pathlib import Path

from whence.capture.probes.command import ask
from whence.errors import NotFoundError, UsageError
from whence.governance.policy import Policy, read_policy
from whence.governance.rules import load_rules


def load_policy(path: str) -> Policy:
    """The policy in a file.

    Raises:
        NotFoundError: there is no such file.
        UsageError: it cannot be read, or there is a mistake in it; says the line.
    """
    place = Path(path)
    try:
        text = place.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(
            f"there is no policy {path}",
            hint="write one: docs/guides/gates.md shows a small one; `whence check --rules` "
            "lists what it may ask",
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    return read_policy(text, path, load_rules(), commit=commit_of(place))


def commit_of(place: Path) -> str:
    """The commit checked out, if the file is in it just as it lies there; else empty."""
    folder, name = str(place.absolute().parent), place.name

    def git(*words: str) -> str:
        answer = ask(["git", *words], cwd=folder)
        return answer.output.decode("ascii", "replace").strip() if answer.succeeded else ""

    kept = git("rev-parse", f"HEAD:./{name}")
    return git("rev-parse", "HEAD") if kept and kept == git("hash-object", name) else ""
