"""Who ran it: the system's user, and whom git takes them for."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from whence.capture.probes.command import ask


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """A user of the system, with the identity that git would commit under."""

    name: str
    """The system's user name; ``uid 1000`` for a user without one, as containers have."""
    uid: int
    git: str = ""
    """``Name <email>``; empty where git has none."""


def read_actor(cwd: str | None = None, git: str | None = None) -> ActorFacts:
    """The user of this process.

    Args:
        cwd: The folder for which git is asked; the working directory if ``None``.
        git: Whom git takes them for, where it was asked already or need not be.
    """
    uid = os.getuid()
    return ActorFacts(_name(uid), uid, _git_identity(cwd) if git is None else git)


def identity(settings: Mapping[str, str]) -> str:
    """Whom git takes the user for, as its settings say: ``Name <email>``, or empty."""
    email = settings.get("user.email", "")
    parts = settings.get("user.name", ""), email and f"<{email}>"
    return " ".join(part for part in parts if part)


def _name(uid: int) -> str:
    """The name that the system has for a number; variables such as ``USER`` can say anything."""
    with suppress(KeyError, ImportError):
        import pwd  # noqa: PLC0415  not on every system

        return pwd.getpwuid(uid).pw_name
    return f"uid {uid}"


def _git_identity(cwd: str | None) -> str:
    answer = ask(["git", "config", "--null", "--get-regexp", r"^user\.(name|email)$"], cwd=cwd)
    told = {}
    for pair in answer.output.decode("utf-8", "replace").split("\0"):
        key, _, value = pair.partition("\n")
        told[key] = value
    return identity(told)
