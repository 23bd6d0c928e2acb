"""What is kept of a run that has ended: decided from what was seen of it and what is set."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from whence.model.node import NodeKind
from whence.recording.observation import FileSeen, RunSeen
from whence.settings.configuration import Configuration

_FILE = "file://"
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Rule:
    setting: str
    always: frozenset[str]
    """At these words of the setting it is kept."""
    small: frozenset[str]
    """At these it is if it is small."""
    is_needed: bool
    """Whether it is a gap if it cannot be kept."""


MOST_FILES = 2000
"""A folder of more is not small: each file takes a millisecond or so, whatever its size."""

RULES = {
    # Never a library of gigabytes, even though it is code.
    "code": _Rule("code.keep", _NOTHING, frozenset({"all"}), is_needed=True),
    "input": _Rule("data.keep", frozenset({"all"}), frozenset({"small"}), is_needed=True),
    "result": _Rule(
        "output.keep", frozenset({"all"}), frozenset({"models", "small"}), is_needed=False
    ),
    "output": _Rule("output.keep", frozenset({"all"}), frozenset({"small"}), is_needed=False),
}
"""Part that a file played → when it is kept. Results are what verdicts compare with."""

_RESULTS = frozenset({NodeKind.MODEL, NodeKind.EVALUATION})


@dataclass(frozen=True, slots=True)
class Wish:
    """A content that should be kept."""

    sha256: str
    size: int
    name: str
    """How the workspace calls its file."""
    path: bytes
    is_needed: bool
    is_overwritten: bool = False
    """Whether the run itself left something else there."""


def wishes(run: RunSeen, configuration: Configuration) -> list[Wish]:
    """What should be kept of a run, each content once."""
    left = {each.location: each.sha256 for each in run.generated}
    found: dict[str, Wish] = {}
    for part, thing in _things(run):
        files = len(thing.members) or 1
        if is_kept(part, thing.name, thing.size or 0, configuration, files=files):
            changed = part == "input" and left.get(thing.location, thing.sha256) != thing.sha256
            for wish in _contents(thing, RULES[part].is_needed, changed):
                known = found.get(wish.sha256)
                if known is None or known.is_overwritten:
                    found[wish.sha256] = wish
    return list(found.values())


def is_kept(
    part: str, name: str, size: int, configuration: Configuration, *, files: int = 1
) -> bool:
    """Whether a file that played a part is kept.

    Args:
        part: One of ``RULES``.
        name: How the workspace calls it.
        size: Bytes, of all its files where it is a folder.
        configuration: What is set.
        files: How many it is.
    """
    rule = RULES[part]
    word = configuration.word(rule.setting, name)
    if word in rule.always:
        return True
    is_small = size <= configuration.size("data.keep.largest", name) and files <= MOST_FILES
    return word in rule.small and is_small


def _things(run: RunSeen) -> Iterator[tuple[str, FileSeen]]:
    """The files and folders of a run with the parts that they played, what matters most first."""
    for code in run.code.files if run.code is not None else ():
        seen = FileSeen(code.name, code.location, NodeKind.CODE, "code", code.sha256, code.size)
        yield "code", seen
    for used in run.used:
        is_code = used.kind is NodeKind.CONFIG or used.role == "executable"
        yield "code" if is_code else "input", used
    for made in run.generated:
        yield "result" if made.kind in _RESULTS else "output", made


def _contents(thing: FileSeen, is_needed: bool, is_overwritten: bool) -> Iterable[Wish]:
    if not thing.location.startswith(_FILE):
        return
    path = unquote_to_bytes(thing.location[len(_FILE) :])
    if thing.members:
        for each in thing.members:
            inside = os.path.join(path, os.fsencode(each.path))  # noqa: PTH118  any bytes
            yield Wish(each.sha256, each.size, f"{thing.name}/{each.path}", inside, is_needed)
    elif thing.sha256 is not None:
        size = thing.size or 0
        yield Wish(thing.sha256, size, thing.name, path, is_needed, is_overwritten)
