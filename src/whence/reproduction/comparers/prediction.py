"""Where two models stand on the ladder: by what is in them, then by what they predict.

The predictions are made in the sandbox, on the recorded evaluation tables, by both models in one
process; this is the pure part that says what the answer means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from whence.errors import SandboxError
from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.tolerance import TOLERANCES
from whence.reproduction.comparers.trees import Likening
from whence.reproduction.interface import Comparison, Likeness, Pair

SCRIPT = "models"


def judge(comparer: str, kind: str, pair: Pair, found: Likening | None) -> Comparison:
    """How alike two models are.

    Args:
        comparer: Who asks.
        kind: How the sandbox loads them: a word of the table in ``inside/models.py``.
        pair: The two files.
        found: What reading them told; ``None`` where only their library can read them.
    """
    by_content = found.comparison(comparer) if found is not None else _not_read(comparer)
    if by_content.likeness is Likeness.CANONICAL:
        return by_content
    needs_library = found is None or found.opaque
    if pair.sandbox is None or not (pair.evaluation or needs_library):
        return by_content
    words = [kind, str(pair.recorded), str(pair.again), *map(str, pair.evaluation)]
    try:
        told = pair.sandbox.ask(SCRIPT, words, (pair.recorded, pair.again, *pair.evaluation))
    except SandboxError as error:
        reason = f"{by_content.reason}; predictions could not be compared: {error.message}"
        return replace(by_content, reason=reason.removeprefix("; "))
    return weigh(comparer, by_content, told)


def _not_read(comparer: str) -> Comparison:
    return Comparison(Likeness.UNREAD, comparer, "only its own library reads this format")


def weigh(comparer: str, by_content: Comparison, told: Mapping[str, Any]) -> Comparison:
    """What was read, and what the sandbox told, as one answer.

    ``told`` is the answer of ``inside/models.py``: ``weights`` and ``predictions``, each with how
    they compare, or why they could not be (``refused``).
    """
    weights, predicted = told.get("weights"), told.get("predictions") or ()
    if by_content.likeness is Likeness.UNREAD and weights:
        by_content = _by_weights(comparer, weights, by_content)
    if not predicted:
        refused = str(told.get("refused") or "")[:300]
        if not refused:
            return by_content
        reason = f"{by_content.reason}; predictions could not be compared: {refused}"
        return replace(by_content, reason=reason.removeprefix("; "))
    where = _spelled(predicted)
    likeness, reason = _by_predictions(predicted, where)
    best = min((by_content, Comparison(likeness, comparer, reason)), key=_rank)
    if by_content.likeness is Likeness.UNREAD:
        best = Comparison(likeness, comparer, reason)
    reasons = [best.reason, by_content.reason if best.reason != by_content.reason else reason]
    return replace(
        best,
        reason="; ".join(each for each in reasons if each),
        harmless=by_content.harmless,
        detail={**by_content.detail, "predictions": list(predicted)},
    )


def _rank(comparison: Comparison) -> int:
    return list(Likeness).index(comparison.likeness)


def _by_weights(comparer: str, told: Mapping[str, Any], unread: Comparison) -> Comparison:
    """By the numbers that the model's own library gave."""
    if told.get("different"):
        return replace(unread, likeness=Likeness.DIFFERENT, reason=str(told["different"])[:300])
    largest, count = float(told.get("largest") or 0.0), int(told.get("count") or 0)
    if told.get("exact"):
        row = HARMLESS["library-packing"].what
        return Comparison(Likeness.CANONICAL, comparer, "", (row,))
    within = largest <= TOLERANCES[str(told.get("kind") or "float64")].relative
    words = f"{told.get('differing', 0):,} of {count:,} weights differ, by {largest:.2g} at most"
    likeness = Likeness.VALUES if within else Likeness.DIFFERENT
    return Comparison(likeness, comparer, words, detail={"largest_difference": largest})


def _by_predictions(predicted: Sequence[Mapping[str, Any]], where: str) -> tuple[Likeness, str]:
    """The least alike of the tables tells."""
    if all(each.get("identical") for each in predicted):
        return Likeness.PREDICTIONS, f"equal predictions on {where}"
    largest = max(float(each.get("largest") or 0.0) for each in predicted)
    if all(_is_within(each) for each in predicted):
        return Likeness.VALUES, f"predictions on {where} differ by {largest:.2g} at most"
    if all(each.get("decisions") for each in predicted):
        words = f"the same decisions on {where}, though numbers differ by up to {largest:.2g}"
        return Likeness.DECISIONS, words
    differing = sum(int(each.get("differing") or 0) for each in predicted)
    rows = sum(int(each.get("rows") or 0) for each in predicted)
    tables = _tables(predicted)
    return Likeness.DIFFERENT, f"predictions differ for {differing:,} of {rows:,} rows of {tables}"


def _is_within(told: Mapping[str, Any]) -> bool:
    if told.get("identical"):
        return True
    kind = TOLERANCES.get(str(told.get("kind")))
    largest = told.get("largest")
    return kind is not None and largest is not None and float(largest) <= kind.relative


def _spelled(predicted: Sequence[Mapping[str, Any]]) -> str:
    return f"{int(predicted[0].get('rows') or 0):,} rows of {_tables(predicted)}"


def _tables(predicted: Sequence[Mapping[str, Any]]) -> str:
    name = str(predicted[0].get("table"))
    return f"{name} and {len(predicted) - 1} more" if len(predicted) > 1 else name
