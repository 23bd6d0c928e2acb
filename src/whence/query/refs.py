"""What does this REF name? The shortest form that is unambiguous, as in git.

The forms, tried in this order; the first that fits decides:

==================  =====================================================================
``last``            the latest run; ``last~2`` the one two before it; parts are not counted
``sha256:ab12…``    the latest artifact with this content; at least 6 characters
``name@3``          version 3 of a registered model or system, or the third content of a dataset
``name@alias``      the version that the alias points to
``models/m.pkl``    the file on disk: the artifact with its content, else the latest of its name
``name``            a model's or system's latest version, a job's latest run, an artifact
``4f2a…``           the id of anything, or its first characters; at least 4
``main.orders``     the end of a dataset's address, after ``#``, ``.`` or ``/``
==================  =====================================================================
"""

import difflib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from whence.errors import AmbiguousError, NotFoundError
from whence.model.identity import NodeId, is_id
from whence.model.line import LINE_KINDS, VERSION_KINDS
from whence.model.node import NodeKind
from whence.model.run import REPLAYS
from whence.query.account import account_for
from whence.query.history import latest_whole
from whence.query.lines import (
    LineVersion,
    aliases_of,
    retired_text,
    retirement_of,
    versions_of,
)
from whence.query.readings import newest_first
from whence.query.replays import real
from whence.store.interface import GraphReader

_LAST = re.compile(r"last(?:~(\d{1,6}))?\Z")
_SHA256 = re.compile(r"sha256:([0-9a-f]{6,64})\Z")
_PINNED = re.compile(r"(.+)@([^@]+)\Z", re.DOTALL)
_PREFIX = re.compile(r"[0-9a-f]{4,32}\Z")
_SHOWN = 5
_SHORTEST_END = 3
_ASKED = 1_000


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A path as the disk and the workspace know it."""

    name: str
    """How the workspace calls it."""
    sha256: str | None
    """Its content now; ``None`` for a folder, or where there is no such file."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a REF names."""

    handle: int
    notice: str = ""
    """What the reader should know about the choice; empty where there is nothing to say."""


Disk = Callable[[str], OnDisk | None]
"""Looks at the disk for a path; ``None`` when the text cannot be one."""


def resolve_ref(reader: GraphReader, text: str, disk: Disk) -> Found:
    """The one thing that a REF names.

    Raises:
        NotFoundError: nothing; lists the nearest names.
        AmbiguousError: several things; lists them.
    """
    for form in (_last, _content, _pinned):
        found = form(reader, text)
        if found is not None:
            return found
    place = disk(text)
    found = (
        (_on_disk(reader, place) if place is not None else None)
        or _named(reader, text)
        or (_named(reader, place.name) if place is not None else None)
        or _prefixed(reader, text)
        or _ending(reader, text)
    )
    if found is not None:
        return found
    raise NotFoundError(f"nothing in the record is called {text!r}", hint=_nearest(reader, text))


def _last(reader: GraphReader, text: str) -> Found | None:
    told = _LAST.match(text)
    if told is None:
        return None
    run, known = latest_whole(reader, int(told[1] or 0))
    if run is None:
        raise NotFoundError(
            f"there is no run {text}: the store has {known}",
            hint="record one with `whence run -- COMMAND`",
        )
    return Found(run)


def _content(reader: GraphReader, text: str) -> Found | None:
    told = _SHA256.match(text)
    if told is None:
        return None
    handles = _first_real(reader, lambda limit: reader.with_content_starting(told[1], limit))
    if not handles:
        raise NotFoundError(f"no artifact has the content {text}")
    nodes = reader.nodes(handles)
    if len({node.digest for node in nodes}) > 1:
        raise _ambiguous(reader, text, handles)
    return Found(handles[0])


def _pinned(reader: GraphReader, text: str) -> Found | None:
    told = _PINNED.match(text)
    if told is None:
        return None
    name, pin = told.groups()
    exact = _of_kind(reader, text, VERSION_KINDS)
    if exact:
        return _version(reader, text, exact)
    lines = _of_kind(reader, name, LINE_KINDS)
    pointed = {
        at: versions
        for line in lines
        for at, versions in aliases_of(reader, line).items()
        if at == pin
    }
    if pointed:
        return _version(reader, text, [each.handle for each in pointed[pin]])
    if lines:
        aliases = sorted({at for line in lines for at in aliases_of(reader, line)})
        known = ", ".join(f"{name}@{alias}" for alias in aliases) or "none"
        (line,) = reader.nodes(lines[:1])
        verb = "system" if line.kind is NodeKind.SYSTEM else "models"
        raise NotFoundError(
            f"{name} has no version or alias {pin!r}",
            hint=f"aliases: {known}; versions: `whence {verb} {name}`",
        )
    if pin.isascii() and pin.isdigit():
        versions = [at for at in reader.named(name) if reader.nodes([at])[0].is_artifact][::-1]
        contents = list({reader.nodes([at])[0].digest: at for at in versions}.values())
        if 0 < int(pin) <= len(contents):
            return Found(contents[int(pin) - 1])
        if contents:
            raise NotFoundError(
                f"{name} has no version {pin}: {len(contents)} contents of it are recorded"
            )
    return None


def _version(reader: GraphReader, text: str, handles: list[int]) -> Found:
    """The one version that is meant; a retired one is said to be so."""
    if len(handles) > 1:
        raise _ambiguous(reader, text, handles)
    return Found(handles[0], retired_text(account_for(reader, handles[0])))


def _on_disk(reader: GraphReader, place: OnDisk) -> Found | None:
    if place.sha256 is None:
        return None
    same = real(reader, reader.with_digest(place.sha256))
    for handle in same:
        if reader.nodes([handle])[0].name == place.name:
            return Found(handle)
    if same:
        known = reader.nodes(same[:1])[0].name
        return Found(same[0], f"the record knows these bytes as {known}")
    named = [at for at in reader.named(place.name) if reader.nodes([at])[0].is_artifact]
    if named:
        return Found(
            named[0],
            f"{place.name} on disk holds other bytes than any recorded; "
            "this is the latest version in the record",
        )
    inside = real(reader, reader.containing(place.sha256))
    if inside:
        folder = reader.nodes(inside[:1])[0].name
        return Found(inside[0], f"the record knows this file as a part of {folder}")
    return None


def _named(reader: GraphReader, text: str) -> Found | None:
    """A name; where several kinds share it, the table says which is meant."""
    every = reader.named(text)
    handles = real(reader, every) or every
    if not handles:
        return None
    kinds = dict(zip(handles, reader.nodes(handles), strict=True))
    for handle, node in kinds.items():
        if node.kind in LINE_KINDS:
            versions = versions_of(reader, handle)
            return Found(_latest(reader, versions)) if versions else Found(handle)
    artifacts = [handle for handle, node in kinds.items() if node.is_artifact]
    artifacts = newest_first(reader, artifacts)
    runs = [handle for handle, node in kinds.items() if node.kind is NodeKind.RUN]
    if artifacts and runs:
        raise _ambiguous(reader, text, [artifacts[0], runs[0]])
    return Found((artifacts or runs or handles)[0])


def _latest(reader: GraphReader, versions: list[LineVersion]) -> int:
    """The version of the highest number that is not retired; of all retired ones the last."""
    for each in reversed(versions):
        if retirement_of(account_for(reader, each.handle)) is None:
            return each.handle
    return versions[-1].handle


def _prefixed(reader: GraphReader, text: str) -> Found | None:
    if not _PREFIX.match(text):
        return None
    if is_id(text):
        handle = reader.find(NodeId(text))
        return None if handle is None else Found(handle)
    handles = reader.starting_with(text, _SHOWN + 1)
    if len(handles) > 1:
        raise _ambiguous(reader, text, handles)
    return Found(handles[0]) if handles else None


def _ending(reader: GraphReader, text: str) -> Found | None:
    """The dataset whose address ends so: the table of a database, the object of a bucket."""
    if len(text) < _SHORTEST_END:
        return None
    names = [
        name
        for name in _without_replays(reader.names_like(text, _ASKED))
        if "://" in name and name.endswith(text) and name[: -len(text)][-1:] in {"#", ".", "/"}
    ]
    found = [at for at in map(partial(_named, reader), names) if at is not None]
    found = [at for at in found if reader.nodes([at.handle])[0].is_artifact]
    if len(found) > 1:
        raise _ambiguous(reader, text, [at.handle for at in found])
    return found[0] if found else None


def _of_kind(reader: GraphReader, name: str, kinds: Collection[NodeKind]) -> list[int]:
    handles = reader.named(name)
    nodes = zip(handles, reader.nodes(handles), strict=True)
    return [handle for handle, node in nodes if node.kind in kinds]


def _ambiguous(reader: GraphReader, text: str, handles: list[int]) -> AmbiguousError:
    nodes = reader.nodes(handles[:_SHOWN])
    listed = "; ".join(f"{node.id[:12]} ({node.kind.value} {node.name})" for node in nodes)
    more = " …" if len(handles) > _SHOWN else ""
    return AmbiguousError(
        f"{text!r} names more than one thing",
        hint=f"use more characters of one id: {listed}{more}",
        candidates=[node.id for node in nodes],
    )


def _first_real(reader: GraphReader, ask: Callable[[int], list[int]]) -> list[int]:
    """What an index gives first, without what was made by doing runs again if anything else is."""
    handles = ask(_SHOWN + 1)
    return real(reader, handles) or real(reader, ask(_ASKED)) or handles


def _without_replays(names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith(REPLAYS)]


def _nearest(reader: GraphReader, text: str) -> str:
    """The names most like a text: those that contain it, else those that are spelled like it."""
    stem = text.rsplit("/", 1)[-1].split("@", 1)[0]
    names = _without_replays(reader.names_like(stem, 500) if stem else [])[:_SHOWN]
    if not names and stem:
        near = _without_replays(reader.names_like(stem[:2], 500))
        names = difflib.get_close_matches(text, near, _SHOWN, 0.5)
    if not names:
        runs = reader.nodes(real(reader, reader.latest(NodeKind.RUN, 50))[:3])
        if not runs:
            return "the record is empty; fill it with `whence run -- COMMAND`"
        latest = ", ".join(f"{run.id[:8]} ({run.name})" for run in runs)
        return f"latest runs: {latest}; `whence log` lists more"
    return "nearest: " + ", ".join(names)
