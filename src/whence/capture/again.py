"""A run that does another one again: what whoever starts it says of it, and its session keeps.

``WHENCE_REPLAY`` names a file of JSON::

    {"run": "…",            the id that the new run gets
     "of": "…",             the run that is done again
     "id": "…",             what is said before the names of all that it makes
     "facts": {…},          purpose, reseed …, for the reproduction facet
     "root": "/…",          where the files lie that are called by relative names
     "known": [[name, sha256, artifact], …],
     "reseed": 3}           by what the seeds of a training are moved; not there: they stay

The program itself does not see the variable; one that starts ``whence run`` again is known by its
session. ``WHENCE_RESEED`` is what its agents see.
"""

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from whence.errors import CaptureError
from whence.model.identity import NodeId

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.agent.reports import Telling
    from whence.recording.observation import Repeat

VARIABLE = "WHENCE_REPLAY"
RESEED = "WHENCE_RESEED"

_KEYS = {"run": str, "of": str, "id": str, "facts": dict, "root": str, "known": list}


def read_order(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """What the variable says; ``None`` where this run is one of its own.

    Raises:
        CaptureError: the file cannot be read or says something else.
    """
    path = environ.get(VARIABLE)
    if not path:
        return None
    try:
        with open(path, "rb") as file:
            told = json.load(file)
    except (OSError, ValueError) as error:
        raise CaptureError(f"{VARIABLE} cannot be read: {error}", hint="unset it") from error
    if not isinstance(told, dict) or any(
        not isinstance(told.get(name), kind) for name, kind in _KEYS.items()
    ):
        raise CaptureError(f"{VARIABLE} does not name a replay: {path}", hint="unset it")
    return told


def inherit(start: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same for a run that a replayed program starts: of its own id, and a replay all the same.

    Args:
        start: The session of the program that starts it.
    """
    again = (start or {}).get("again")
    return None if again is None else {name: again[name] for name in again if name != "run"}


def equip(environ: dict[str, str], order: Mapping[str, Any] | None) -> None:
    """Let the program know no more than how its seeds are moved."""
    environ.pop(VARIABLE, None)
    environ.pop(RESEED, None)
    if order is not None and order.get("reseed") is not None:
        environ[RESEED] = str(int(order["reseed"]))


def is_again() -> bool:
    """Whether this process was started by a program that is being done again."""
    from whence.capture.session import SESSION_VARIABLE, read_start  # noqa: PLC0415  seldom asked

    folder = os.environ.get(SESSION_VARIABLE)
    return bool(folder) and inherit(read_start(folder or "")) is not None


def root_of(start: Mapping[str, Any]) -> str | None:
    """Where the files lie that a session calls by relative names, if not beside the record."""
    again = start.get("again")
    return None if again is None else str(again["root"])


def repeat_of(start: Mapping[str, Any], told: "Iterable[Telling]" = ()) -> "Repeat | None":
    """What a session says of the run that it does again.

    Args:
        start: What was known at its start.
        told: What hooks inside told: which seeds they moved is among it.
    """
    again = start.get("again")
    if again is None:
        return None
    from whence.recording.observation import Repeat  # noqa: PLC0415  after the program's end

    known = {(str(name), str(sha)): NodeId(artifact) for name, sha, artifact in again["known"]}
    facts = dict(again["facts"])
    moved = sorted({str(each.fields["name"]) for each in told if each.event == "reseeded"})
    if moved:
        facts["moved"] = moved
    return Repeat(NodeId(again["of"]), str(again["id"]), facts, known)
