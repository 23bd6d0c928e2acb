"""Who ran it: the system's user, and whom git takes them for."""

import getpass
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """A person or service, with where the name comes from."""

    name: str
    """The system's user name; ``uid 1000`` for a user without one, as containers have."""
    uid: int
    git_name: str = ""
    git_email: str = ""


def read_actor(ask_git: Callable[[str], str] | None = None) -> ActorFacts:
    """The user of this process, and the identity that git would commit under.

    Args:
        ask_git: Gives the value of a key of git's configuration, empty where there is none.
    """
    uid = os.getuid()
    name = f"uid {uid}"
    with suppress(KeyError, OSError, ImportError):
        name = _by_number(uid) or getpass.getuser()
    if ask_git is None:
        return ActorFacts(name, uid)
    return ActorFacts(name, uid, ask_git("user.name"), ask_git("user.email"))


def _by_number(uid: int) -> str:
    """The name that the system has for a number; variables such as ``USER`` can say anything."""
    import pwd  # noqa: PLC0415  not on every system

    return pwd.getpwuid(uid).pw_name
