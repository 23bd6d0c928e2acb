"""Which gap leaves which layer open."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from whence.query.diff.align import StepPair
from whence.query.diff.side import Step
from whence.query.diff.told import Told

_FILES = frozenset({"data", "code", "outputs"})
_ALL = frozenset({"data", "code", "parameters", "environment", "metrics", "outputs"})

GAP_LAYERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "observer-missing": _FILES,
        "observer-blind": _FILES,
        "content-unknown": frozenset(),  # told file by file: a file without a digest is unknown
        "content-unkept": frozenset(),  # its digest is known
        "origin-unknown": frozenset(),
        "base-model-unknown": frozenset(),
        "code-unknown": frozenset({"code"}),
        "environment-unknown": frozenset({"environment"}),
        "outcome-unknown": frozenset({"outputs"}),
        "parameters-unknown": frozenset({"parameters"}),
        "unseeded": frozenset(),  # what is the same may differ all the same: told by itself
        "columns-unknown": frozenset(),  # of one question, not of a run
        "table-unknown": frozenset(),  # the digest decides whether a table differs
        "actor-unknown": frozenset(),
        "contradiction": frozenset(),
        "erased": _ALL,
        "withheld": _ALL,  # what the asker may not see may differ
        "truncated": frozenset({"data", "outputs"}),
    }
)
"""Kind of gap → layers of which nobody can say any more that they are the same."""

_HARMLESS = frozenset({("truncated", "processes"), ("observer-missing", "processes")})
"""Gaps of these kinds about these things leave no layer open."""


def tell_gaps(
    told: Told, layer: str, place: int, pair: StepPair, *, settled: Callable[[str], bool]
) -> None:
    """Tell what is not known of a layer in two steps.

    Args:
        told: Where to tell it.
        layer: The layer.
        place: Where the steps stand in the alignment.
        pair: The two steps.
        settled: Whether a thing is known to be the same in spite of a gap about it.
    """
    if pair.shared:
        return
    for step, side in ((pair.a, "a"), (pair.b, "b")):
        for gap in () if step is None else step.account.gaps():
            kind, about = gap.get("kind", ""), gap.get("about", "")
            if layer not in GAP_LAYERS.get(kind, _ALL) or (kind, about) in _HARMLESS:
                continue
            if settled(about):
                continue
            reason = gap.get("reason", "")
            told.tell(
                "unknown",
                about,
                key=("gap", kind, reason, side),
                step=(place, pair.job),
                detail={"reason": reason, "gap": kind, "side": side},
            )


def unread(step: Step | None) -> frozenset[str]:
    """Files of a step whose content is not, or not wholly, known."""
    gaps = () if step is None else step.account.gaps()
    return frozenset(
        gap.get("about", "") for gap in gaps if gap.get("kind") in {"content-unknown", "erased"}
    )
