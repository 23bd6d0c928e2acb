"""Finds what is plugged in, by entry points; knows no room.

Our own parts enter by the same doors as a stranger's. Each door is a group of entry points:

- ``whence.commands``: a verb of the command line, see ``cli/verb.py``;
- ``whence.tracers``: a way to observe the files of a process tree, see ``capture/interface.py``.

Our own distribution is asked first, because reading the entry points of a whole environment
takes longer than most commands do.
"""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from typing import Any

from whence.errors import WhenceError

_OWN = "whence"


def names(group: str) -> list[str]:
    """Everything plugged into a door: ours in the order we list them, then others by name."""
    own = [each.name for each in _own(group)]
    others = {each.name for each in entry_points(group=group)} - set(own)
    return [*own, *sorted(others)]


def load(group: str, name: str) -> Any | None:
    """What is plugged in under a name, or ``None``.

    Raises:
        WhenceError: it is there, but importing it failed.
    """
    found = next((each for each in _own(group) if each.name == name), None)
    if found is None:
        found = next(iter(entry_points(group=group, name=name)), None)
    if found is None:
        return None
    try:
        return found.load()
    except Exception as error:
        raise WhenceError(
            f"the plugin {name!r} of {group} cannot be loaded: {error}",
            hint=f"it comes from {found.value}; update or uninstall its package",
        ) from error


def _own(group: str) -> Iterator[EntryPoint]:
    try:
        ours = distribution(_OWN).entry_points
    except PackageNotFoundError:
        return
    for each in ours:
        if each.group == group:
            yield each
