"""What a run had to do with beyond its own files: remote things and databases, beside its files."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.queries import read_queries
from whence.capture.semantics.remote import read_remote
from whence.capture.semantics.tables import name_tables
from whence.model.gap import Gap
from whence.recording.observation import FileSeen, Flow


@dataclass(frozen=True, slots=True)
class Beyond:
    """Files with what was found out about them, and all that was no file."""

    used: tuple[FileSeen, ...]
    generated: tuple[FileSeen, ...]
    flows: tuple[Flow, ...] = ()
    calls: Mapping[str, Any] = field(default_factory=dict)
    """The run's facet: services that were called."""
    queries: Mapping[str, Any] = field(default_factory=dict)
    """The run's facet: statements that were sent to databases."""
    gaps: tuple[Gap, ...] = ()


def look_beyond(
    told: Sequence[Telling],
    used: tuple[FileSeen, ...],
    generated: tuple[FileSeen, ...],
    location_of: Callable[[str], str],
) -> Beyond:
    """Put what was read and written elsewhere beside a run's files.

    Args:
        told: What hooks told.
        used: Files that the run read.
        generated: Files that it wrote.
        location_of: A path as a URI.
    """
    if not any(each.event in {"remote", "query", "read", "write"} for each in told):
        return Beyond(used, generated)
    told = name_tables(told)
    remote = read_remote(told, {each.location: each for each in (*generated, *used)}, location_of)
    queries = read_queries(told)
    copies = _Copies(told, location_of)
    # A database that is a file is seen as one already; what was asked of it belongs to that.
    facets = {location_of(path): said for path, said in queries.local.items()}
    return Beyond(
        used=(*_with_queries(copies.leave_out(used), facets), *remote.used, *queries.used),
        generated=(
            *_with_queries(_without_work(copies.leave_out(generated)), facets),
            *remote.generated,
            *queries.generated,
        ),
        flows=remote.flows,
        calls=remote.calls,
        queries=queries.queries,
        gaps=queries.gaps,
    )


class _Copies:
    """Files of a cache that stand for something elsewhere, which is what the run used."""

    def __init__(self, told: Sequence[Telling], location_of: Callable[[str], str]) -> None:
        cached = [
            str(each.fields.get("file"))
            for each in told
            if each.event == "remote" and each.fields.get("cached") is True
        ]
        self._copies = {location_of(path) for path in cached}
        places = filter(None, (_HUB.match(path) for path in cached))
        self._notes = tuple(
            location_of(f"{each['hub']}{inner}")
            for each in places
            for inner in (f"{each['repo']}/refs", f"{each['repo']}/.no_exist", ".locks")
        )

    def leave_out(self, files: Sequence[FileSeen]) -> list[FileSeen]:
        """All others: neither the copies nor what the cache notes of them for itself."""
        return [
            each
            for each in files
            if each.location not in self._copies and not each.location.startswith(self._notes)
        ]


def _without_work(files: Sequence[FileSeen]) -> list[FileSeen]:
    """Files without those that a library prepared for itself, to be quicker the next time."""
    return [each for each in files if "/.cache/huggingface/datasets/" not in each.location]


_HUB = re.compile(r"(?P<hub>.*/)(?P<repo>(models|datasets|spaces)--[^/]+)/")
"""Where the cache of the Hugging Face hub keeps a repository."""


def _with_queries(
    files: Sequence[FileSeen], facets: Mapping[str, Mapping[str, Any]]
) -> list[FileSeen]:
    return [
        replace(each, facets={**each.facets, "query": facets[each.location]})
        if each.location in facets
        else each
        for each in files
    ]
