"""Which column came of which: the facets ``columnLineage`` and ``lineage`` as our ``columns``.

The facet ``columns`` maps each column to where it came from: ``[place, column, how, id]``, the
place by its name in the record and by the id of its node. ``*`` stands for the whole table on
either side: what a filter, a join or a sort has looked at concerns every column.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.recording.places import place_of

WHOLE = "*"
"""Every column of a table."""

MOST = 2_000
"""Columns of one table that are kept."""


def read_fields(facet: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The columns of a table with their types, from the facet ``schema``."""
    told = [
        {"name": each["name"], "type": each.get("type") or ""}
        for each in (facet.get("fields") or ())[:MOST]
    ]
    if told:
        yield "table", {"columns": told}


def read_columns(facet: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where each column came from."""
    told: dict[str, list[list[str]]] = {}
    for column, said in list((facet.get("fields") or {}).items())[:MOST]:
        sources = said.get("inputFields") or said.get("inputs") or ()
        told[column] = list(_sources(sources))
    whole = [*(facet.get("dataset") or ()), *(facet.get("inputs") or ())]
    if whole:
        told[WHOLE] = list(_sources(whole))
    if told:
        yield "columns", told


def _sources(told: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    for each in told:
        if not each.get("namespace") or each.get("type") == "JOB":
            continue
        place = place_of(each["namespace"], each["name"])
        yield [place.name, each.get("field") or WHOLE, _how(each), place.id]


def _how(said: Mapping[str, Any]) -> str:
    """The transformations in words, such as ``direct identity`` or ``indirect join``."""
    ways = [
        " ".join(filter(None, (each.get("type", ""), each.get("subtype", "")))).lower()
        + (" masked" if each.get("masking") else "")
        for each in said.get("transformations") or ()
    ]
    return ", ".join(dict.fromkeys(ways))
