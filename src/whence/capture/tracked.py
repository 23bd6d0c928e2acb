"""What other trackers know of a run, joined to what was seen of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from whence.capture.agent.reports import Telling
from whence.capture.classify import is_tracking
from whence.capture.interface import FileAccess, Mode
from whence.capture.semantics.declared import merge_declared, read_declared, without_known
from whence.capture.semantics.handed import find_handed
from whence.capture.semantics.links import labels_of, read_links
from whence.capture.sorting import Part
from whence.model.node import NodeKind
from whence.recording.observation import RunSeen

_STORES = frozenset({"mlruns", "mlartifacts"})
"""Folders in which a tracker keeps, beside its own records, the things that it was handed."""

_CONTENT = "artifacts"
"""What lies below a folder of this name in there are those things."""


class Names(Protocol):
    """How paths are called."""

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""

    def location_of(self, path: str) -> str:
        """The path as a URI."""


def without_bookkeeping(told: Sequence[Telling]) -> tuple[Telling, ...]:
    """What was told, but for what trackers asked of their own databases and servers."""
    links = [str(each.fields.get("uri") or "") for each in told if each.event == "link"]
    files = {uri.partition(":///")[2] for uri in links if uri.startswith("sqlite:")}
    databases = files | {uri for uri in links if "://" in uri}
    servers = {urlsplit(uri).netloc for uri in links if uri.startswith("http")} - {""}

    def is_theirs(each: Telling) -> bool:
        if each.event == "query":
            database = str(each.fields.get("database") or "")
            return database in databases or is_tracking(database.removeprefix("sqlite:///"))
        if each.event == "remote" and servers:
            uri = str(each.fields.get("uri") or "")
            return uri.startswith("http") and urlsplit(uri).netloc in servers
        return False

    return tuple(each for each in told if not is_theirs(each))


@dataclass(frozen=True, slots=True)
class Contents:
    """Things in a tracker's keeping that the run read or made, by the folder that they are."""

    read: Mapping[str, Sequence[Part]]
    written: Mapping[str, Sequence[Part]]


def contents_among(tracking: Iterable[FileAccess], told: Iterable[Telling]) -> Contents:
    """Tell things from bookkeeping.

    Whatever was read from a tracker's keeping is an input. What was written there is a copy of
    what the run made elsewhere, but for models, which nobody but the tracker keeps.
    """
    models = [
        str(each.fields["path"]).rstrip("/")
        for each in told
        if each.event == "declared" and each.fields.get("form") == "model" and "path" in each.fields
    ]
    read: dict[str, list[Part]] = {}
    written: dict[str, list[Part]] = {}
    for access in tracking:
        if access.mode is Mode.READ:
            folder = kept_in(access.path)
            if folder:
                kind = NodeKind.MODEL if _holds_model(folder) else NodeKind.DATASET
                read.setdefault(folder, []).append(Part(access, kind, "input"))
        else:
            place = next((each for each in models if access.path.startswith(each + "/")), "")
            if place:
                written.setdefault(place, []).append(Part(access, NodeKind.MODEL, "output"))
    return Contents(read, written)


def kept_in(path: str) -> str:
    """The thing in a tracker's keeping that a file belongs to; empty for bookkeeping.

    That is ``…/models/m-1/artifacts`` for a logged model, and what stands right below
    ``artifacts`` for what was handed to a run.
    """
    parts = path.split("/")
    at = next((at for at, part in enumerate(parts) if part in _STORES), None)
    if at is None:
        return ""
    if _CONTENT not in parts[at:-1]:
        return ""
    end = parts.index(_CONTENT, at)
    if parts[end - 2] == "models":
        return "/".join(parts[: end + 1])
    return "/".join(parts[: end + 2])


def _holds_model(folder: str) -> bool:
    return "/models/" in folder or "model" in folder.rpartition("/")[2].lower()


def add_tracked(
    seen: RunSeen, told: Sequence[Telling], names: Names, mined: Sequence[Telling] = ()
) -> RunSeen:
    """The run with what trackers were told of it, and what their files say.

    Args:
        seen: The run as observed.
        told: What was told inside its processes.
        names: How paths are called.
        mined: What is read in the files that trackers left, in the same words.
    """
    declared = read_declared(told, labels_of(told))
    handed = find_handed(declared.things, seen.used, seen.generated, names)
    facets = merge_declared(seen.declared, declared.facets)
    if handed.tracked:
        facets["tracked"] = dict(handed.tracked)
    imported = without_known(read_declared(mined, labels_of(mined)).facets, declared.facets)
    return replace(
        seen,
        used=(*seen.used, *handed.used),
        generated=(*seen.generated, *handed.generated),
        declared=facets,
        imported=imported,
        links=read_links((*told, *mined), names.name_of),
        gaps=tuple(dict.fromkeys((*seen.gaps, *declared.gaps))),
    )
