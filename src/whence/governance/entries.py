"""What records said of a thing, each under its own id, so that none speaks in the place of another.

Keys of later facets win over those of earlier ones. An approval that somebody gave must not vanish
because another record says something else under its id; so what stands under an id counts only
where the record of that id says it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from whence.errors import ForbiddenError
from whence.model.record import Record
from whence.store.interface import GraphReader


def entries(reader: GraphReader, handle: int, facet: str) -> Iterator[tuple[str, Any]]:
    """The entries of a facet with the ids of the records that say them, the earliest first."""
    for stated in reader.facets(handle):
        if stated.facet.name == facet:
            for key, told in stated.facet.data.items():
                if is_of(key, stated.record):
                    yield key, told


def rows(reader: GraphReader, handle: int, facet: str) -> list[dict[str, Any]]:
    """The same as rows for people, the latest first, each with its record."""
    found = [
        {"record": key, **told}
        for key, told in entries(reader, handle, facet)
        if isinstance(told, Mapping)
    ]
    return sorted(found, key=lambda each: (str(each.get("at")), each["record"]), reverse=True)


def is_of(key: str, record: str) -> bool:
    """Whether a key is the id of a record, or that with the number of one of several entries."""
    return key.partition(".")[0] == record


def check_own(record: Record, facets: frozenset[str]) -> None:
    """Refuse a record that says something under the id of another.

    Raises:
        ForbiddenError: it does.
    """
    for facet in record.facets:
        if facet.name in facets and not all(is_of(key, record.id) for key in facet.data):
            raise ForbiddenError(f"a record says {facet.name} under its own id alone")
