"""Where the story of a thing stops, and why; how much of it is known; what leaked."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from whence.model.gap import GAP_KINDS, Gap
from whence.query.completeness.answer import completeness_json
from whence.query.leakage.answer import leakage_json
from whence.query.leakage.judging import SketchOf
from whence.query.lineage import base_model_gap, read_lineage
from whence.query.versions import made_version_gaps
from whence.store.interface import Direction, GraphReader


def gaps_json(
    reader: GraphReader, handle: int, sketch_of: SketchOf = lambda _: None
) -> dict[str, Any]:
    """What is not known of everything that a thing comes from, as ``schemas/gaps-1.json`` has it.

    Gaps are grouped by kind, each told once.

    Args:
        reader: The store.
        handle: The thing.
        sketch_of: Digest → a sketch of rows that reached a step of some run; without them overlap
            is told by files and splits alone.
    """
    lineage = read_lineage(reader, handle, Direction.ORIGINS)
    completeness = completeness_json(reader, handle)
    warnings, notes = leakage_json(reader, handle, sketch_of)
    grouped: dict[str, list[dict[str, str]]] = {}
    # What a run made is no origin of it, but what is said of that is said by the run.
    told = (*lineage.gaps, *made_version_gaps(reader, handle), *_base_models(completeness))
    for gap in dict.fromkeys(told):
        grouped.setdefault(gap.kind, []).append(asdict(gap))
    return {
        "root": lineage.root,
        "warnings": warnings,
        "notes": notes,
        "completeness": completeness,
        "gaps": [gap for kind in GAP_KINDS for gap in grouped.get(kind, ())],
        "kinds": {kind: GAP_KINDS[kind] for kind in GAP_KINDS if kind in grouped},
        "nodes": len(lineage.nodes),
        "truncated": lineage.truncated,
    }


def _base_models(completeness: Mapping[str, Any]) -> Iterator[Gap]:
    """Weights that came from elsewhere: nobody here knows what they were trained on."""
    for missing in completeness["layers"]["base_model"].get("missing", ()):
        if missing["question"] == "training_data":
            yield replace(base_model_gap(missing["about"]), reason=missing["reason"])
