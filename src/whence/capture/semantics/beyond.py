"""What a run had to do with beyond its own files: remote things and databases, beside its files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.queries import read_queries
from whence.capture.semantics.remote import read_remote
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
    remote = read_remote(told, {each.location: each for each in (*generated, *used)}, location_of)
    queries = read_queries(told)
    # A database that is a file is seen as one already; what was asked of it belongs to that.
    facets = {location_of(path): said for path, said in queries.local.items()}
    return Beyond(
        used=(*_with_queries(used, facets), *remote.used, *queries.used),
        generated=(*_with_queries(generated, facets), *remote.generated, *queries.generated),
        flows=remote.flows,
        calls=remote.calls,
        queries=queries.queries,
        gaps=queries.gaps,
    )


def _with_queries(
    files: Sequence[FileSeen], facets: Mapping[str, Mapping[str, Any]]
) -> list[FileSeen]:
    return [
        replace(each, facets={**each.facets, "query": facets[each.location]})
        if each.location in facets
        else each
        for each in files
    ]
