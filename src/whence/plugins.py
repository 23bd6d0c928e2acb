"""Finds what is plugged in, by entry points; knows no room.

Our own parts enter by the same doors as a stranger's. Each door is a group of entry points:

- ``whence.commands``: a verb of the command line, see ``cli/verb.py``;
- ``whence.tracers``: a way to observe the files of a process tree, see ``capture/interface.py``;
- ``whence.frameworks``: hooks for a library inside people's programs, see ``capture/agent``; the
  name is the module whose import loads them, and they are found as files, not imported;
- ``whence.comparers``: how alike two files of one format are, see ``reproduction/interface.py``;
- ``whence.stores``: where records may be kept, by the scheme of a URL, see ``store/opening.py``;
- ``whence.rules``: what a policy may ask, see ``governance/rules/interface.py``;
- ``whence.sources``: where a content may be had, see ``reproduction/sources/interface.py``.

Our own distribution is asked first, and straight from its file: reading the entry points of a
whole environment takes longer than most commands do, and so does importing what reads them.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from whence.errors import WhenceError

_OWN = "whence-"
_FILE = "entry_points.txt"


def names(group: str, order: Sequence[str] = ()) -> list[str]:
    """Everything plugged into a door: ours first, then others.

    Args:
        group: The door.
        order: Names of ours that come first, in this order; the rest comes by name. Where order
            matters it stands in a table of the room that asks: what builds a distribution sorts
            its entry points.
    """
    own = {name for name, _ in _own(group)}
    others = {name for name, _ in _all(group)} - own
    first = [name for name in order if name in own]
    return [*first, *sorted(own - set(first)), *sorted(others)]


def is_own(group: str, name: str) -> bool:
    """Whether what is plugged in under a name is ours."""
    return name in dict(_own(group))


def load(group: str, name: str) -> Any | None:
    """What is plugged in under a name, or ``None``.

    Raises:
        WhenceError: it is there, but importing it failed.
    """
    target = dict(_own(group)).get(name) or dict(_all(group)).get(name)
    if target is None:
        return None
    module, _, attribute = target.partition(":")
    try:
        found: Any = import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
    except Exception as error:
        raise WhenceError(
            f"the plugin {name!r} of {group} cannot be loaded: {error}",
            hint=f"it comes from {target}; update or uninstall its package",
        ) from error
    return found


def files(group: str) -> dict[str, str]:
    """Name → source file of everything plugged into a door, without importing any of it."""
    targets = dict(_quick(group))
    found = {}
    for name, target in targets.items():
        place = _source(target.partition(":")[0])
        if place is not None:
            found[name] = place
    return found


def _source(module: str) -> str | None:
    """Where a module's source lies, by looking for it where its package would."""
    inside = os.path.join(*module.split(".")) + ".py"  # noqa: PTH118  quick
    for folder in sys.path:
        place = os.path.join(folder or ".", inside)  # noqa: PTH118
        if os.path.isfile(place):  # noqa: PTH113
            return os.path.abspath(place)  # noqa: PTH100
    return None


def _quick(group: str) -> Iterator[tuple[str, str]]:
    """The entry points of a door in all distributions that have one of our doors; ours win."""
    for folder in reversed(sys.path):
        try:
            inside = os.listdir(folder or ".")  # noqa: PTH208  quick
        except OSError:
            continue
        for name in inside:
            if not name.endswith(".dist-info") or name.startswith(_OWN):
                continue
            path = os.path.join(folder, name, _FILE)  # noqa: PTH118
            try:
                with open(path, encoding="utf-8") as file:  # noqa: PTH123
                    if f"[{group}]" not in file.read():
                        continue
            except (OSError, ValueError):
                continue
            yield from _entries(path, group)
    yield from _own(group)


@cache
def _own(group: str) -> tuple[tuple[str, str], ...]:
    """Name and target of each entry point of our own distribution."""
    for folder in sys.path:
        try:
            inside = os.listdir(folder or ".")  # noqa: PTH208  quick
        except OSError:
            continue
        for name in inside:
            if name.startswith(_OWN) and name.endswith(".dist-info"):
                return tuple(_entries(os.path.join(folder, name, _FILE), group))  # noqa: PTH118  quick
    return ()


def _entries(path: str, group: str) -> Iterator[tuple[str, str]]:
    """The entries of one group in an ``entry_points.txt`` (PyPA entry points specification)."""
    section = ""
    with open(path, encoding="utf-8") as lines:  # noqa: PTH123  quick
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.strip("[]").strip()
            elif section == group and "=" in line and not line.startswith(("#", ";")):
                name, _, target = line.partition("=")
                yield name.strip(), target.split("[")[0].strip()


def _all(group: str) -> list[tuple[str, str]]:
    from importlib.metadata import entry_points  # noqa: PLC0415  30 ms, rarely needed

    return [(each.name, each.value) for each in entry_points(group=group)]
