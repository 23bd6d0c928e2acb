"""A score as ``schemas/gaps-1.json`` has it."""

from collections.abc import Mapping
from typing import Any

from whence.query.completeness.reading import read_story
from whence.query.completeness.remedies import find_remedies
from whence.query.completeness.score import UNKNOWN, LayerScore, score
from whence.query.completeness.table import COSTS
from whence.store.interface import GraphReader

_LISTED = 100
"""How many missing answers of one layer are told."""


def completeness_json(reader: GraphReader, handle: int) -> dict[str, Any]:
    """How much is known of where a thing came from, and what would raise it most cheaply."""
    story = read_story(reader, handle)
    now = score(story)
    return {
        "score": _round(now.known) if now.shares else None,
        "shares": _rounded(now.shares),
        "layers": {_word(name): _layer_json(each) for name, each in now.layers.items()},
        "actions": [
            {
                "what": each.what,
                "points": round(each.gain * 100, 1),
                "cost": each.cost,
                "cost_meaning": COSTS[each.cost].meaning,
                "commands": list(each.commands),
                "about": list(each.about),
            }
            for each in find_remedies(story, now)
        ],
    }


def _layer_json(each: LayerScore) -> dict[str, Any]:
    if not each.applies:
        return {"applies": False, "reason": each.layer.absent, "score": None}
    return {
        "applies": True,
        "score": _round(each.known),
        "weight": _round(each.weight),
        "shares": _rounded(each.shares),
        "missing": [
            {
                "about": missing.about,
                "node": missing.node,
                "question": _word(missing.question),
                "reason": missing.reason,
                "share": _round(missing.share),
            }
            for missing in each.missing[:_LISTED]
        ],
        "missing_count": len(each.missing),
    }


def _rounded(shares: Mapping[str, float]) -> dict[str, float]:
    """So that they still sum to 1: what is unknown makes up for the rounding."""
    told = {name: _round(share) for name, share in shares.items() if name != UNKNOWN}
    return {**told, UNKNOWN: max(0.0, _round(1 - sum(told.values())))} if shares else {}


def _word(name: str) -> str:
    """A layer's or question's name as a key: ``base_model``."""
    return name.replace(" ", "_")


def _round(share: float) -> float:
    return round(share, 6)
