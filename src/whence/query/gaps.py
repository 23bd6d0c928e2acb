"""Where the story of a thing stops, and why."""

from dataclasses import asdict
from typing import Any

from whence.model.gap import GAP_KINDS
from whence.query.lineage import read_lineage
from whence.query.versions import made_version_gaps
from whence.store.interface import Direction, GraphReader


def gaps_json(reader: GraphReader, handle: int) -> dict[str, Any]:
    """The gaps in everything that a thing comes from, grouped by kind, each told once."""
    lineage = read_lineage(reader, handle, Direction.ORIGINS)
    grouped: dict[str, list[dict[str, str]]] = {}
    # What a run made is no origin of it, but what is said of that is said by the run.
    for gap in dict.fromkeys((*lineage.gaps, *made_version_gaps(reader, handle))):
        grouped.setdefault(gap.kind, []).append(asdict(gap))
    return {
        "root": lineage.root,
        "gaps": [gap for kind in GAP_KINDS for gap in grouped.get(kind, ())],
        "kinds": {kind: GAP_KINDS[kind] for kind in GAP_KINDS if kind in grouped},
        "nodes": len(lineage.nodes),
        "truncated": lineage.truncated,
    }
