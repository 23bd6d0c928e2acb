"""A finding as JSON (``schemas/attribution-1.json``), and in one sentence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence.drawing.waterfall import signed
from whence.reproduction.attribution.estimates import Estimate
from whence.reproduction.attribution.finding import Finding, Standing
from whence.reproduction.attribution.laboratory import Mixture

CAVEAT = "causes among the recorded factors, for this metric, on this evaluation set"
NAMED = 3
"""How many causes the sentence names on either side."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, for the answer to say."""

    a: Mapping[str, Any]
    """``ref``, ``id``, ``kind``, ``name``, ``called`` (short, and the same tomorrow) and
    ``recorded``, the metric as it was recorded."""
    b: Mapping[str, Any]
    metric: str
    measured_by: str
    """The job that tells the metric."""
    details: Mapping[str, Mapping[str, Any]]
    """Factor → ``layer``, ``steps`` and what else is known of it."""
    notes: Sequence[str] = ()


def finding_json(asked: Asked, finding: Finding) -> dict[str, Any]:
    """The whole answer."""
    told: dict[str, Any] = {
        "a": {**asked.a, "mean": _number(finding.a)},
        "b": {**asked.b, "mean": _number(finding.b)},
        "metric": asked.metric,
        "measured_by": asked.measured_by,
        "standing": finding.standing.value,
        "method": finding.method.value,
        "complete": finding.complete,
        "sentence": "",
        "change": _interval(finding.change),
        "noise": finding.noise,
        "factors": [
            {
                **_block(share.block, asked),
                "share": share.share.value,
                "low": share.share.low,
                "high": share.share.high,
                "alone": share.alone,
                "undone": share.undone,
                "cause": share.share.beyond_noise,
                "tied": share.block in finding.tied,
            }
            for share in finding.shares
        ],
        "without_effect": [
            {**_block(block, asked), "exact": block in finding.changes_nothing}
            for block in finding.without_effect
        ],
        "interactions": [
            {
                "between": [_title(block) for block in each.blocks],
                "effect": each.effect.value,
                "low": each.effect.low,
                "high": each.effect.high,
            }
            for each in finding.interactions
        ],
        "not_separable": [
            {"members": sorted(each.members), "mixture": sorted(each.mixture), "why": each.reason}
            for each in finding.joins
        ],
        "unrepeatable": list(finding.unrepeatable),
        "seeds": finding.seeds,
        "spent": finding.spent,
        "caveat": CAVEAT,
        "notes": list(asked.notes),
        "trials": [
            {
                "as_in_b": sorted(trial.mixture),
                "seed": trial.seed,
                "value": outcome.value,
                "why": outcome.reason,
                "runs": list(outcome.runs),
                "recorded": outcome.recorded,
            }
            for trial, outcome in finding.trials
        ],
    }
    told["sentence"] = sentence(told)
    return told


def _block(block: Mixture, asked: Asked) -> dict[str, Any]:
    members = sorted(block)
    details = [asked.details.get(each, {}) for each in members]
    return {
        "factor": _title(block),
        "members": members,
        "layer": " + ".join(dict.fromkeys(str(each.get("layer", "")) for each in details)),
        "details": [dict(each) for each in details],
    }


def _title(block: Mixture) -> str:
    names = sorted(block)
    if len(names) > NAMED:
        return f"{names[0]} with {len(names) - 1} more"
    return " with ".join(names)


def _interval(estimate: Estimate | None) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _number(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


# ---------------------------------------------------------------------------- in words


def decimals_of(told: Mapping[str, Any]) -> int:
    """With how many decimals figures are told: as far as the doubt lets them mean something."""
    change = told["change"]
    if change is None:
        return 4
    doubt = change["high"] - change["value"]
    if doubt > 0 and math.isfinite(doubt):
        leading = math.floor(math.log10(doubt))
        # One figure of the doubt; two where one would round too much of it away.
        return _within((doubt < 5 * 10**leading) - leading)
    largest = max([abs(change["value"]), *(abs(each["share"]) for each in told["factors"])])
    return _within(2 - math.floor(math.log10(largest))) if largest else 1


def _within(decimals: int) -> int:
    return min(max(decimals, 0), 12)


def sentence(told: Mapping[str, Any]) -> str:
    """The answer in words."""
    change, decimals = told["change"], decimals_of(told)
    metric, a, b = told["metric"], told["a"]["called"], told["b"]["called"]
    if change is None:
        return (
            f"The budget ended before {metric} of {a} and of {b} could be measured again: "
            "nothing can be said."
        )
    went = (
        f"{metric} {_verb(change['value'])} by {_size(change['value'], decimals)} from {a} to {b}"
    )
    if told["standing"] == Standing.NO_EFFECT.value:
        doubt = change["high"] - change["value"]
        told_noise = f"other seeds alone change it by as much (± {_size(doubt, decimals)})"
        if not doubt:
            return f"No effect: {metric} of {b} is that of {a}, whatever the seed."
        return f"No effect beyond noise: {went}, and {told_noise}."
    if told["standing"] == Standing.UNFINISHED.value:
        return f"{went}; the budget ended before anybody could say why."
    if told["standing"] == Standing.NOT_SEPARABLE.value:
        members = told["factors"][0]["members"]
        return f"{went}, by {_listed(members)} together: they cannot be told apart."
    return f"{went}{_because(told, decimals)}"


def _because(told: Mapping[str, Any], decimals: int) -> str:
    causes = [each for each in told["factors"] if each["cause"]]
    way = told["change"]["value"] > 0
    along = [each for each in causes if (each["share"] > 0) == way]
    against = [each for each in causes if (each["share"] > 0) != way]
    if not causes:
        return "; no single factor has a share beyond noise. More seeds may tell."
    text = ""
    if along:
        more = f" and {len(along) - NAMED} more" if len(along) > NAMED else ""
        text += f", because of {_shares(along[:NAMED], decimals)}{more}"
        if len([each for each in along if each["tied"]]) > 1:
            text += ", of which nobody can say which weighs more"
    if against:
        verb = "works" if len(against) == 1 else "work"
        more = f" and {len(against) - NAMED} more" if len(against) > NAMED else ""
        text += f"; {_shares(against[:NAMED], decimals)}{more} {verb} against it"
    return text + "."


def _shares(factors: Sequence[Mapping[str, Any]], decimals: int) -> str:
    return _listed([f"{each['factor']} ({signed(each['share'], decimals)})" for each in factors])


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _verb(change: float) -> str:
    return "rose" if change > 0 else "fell" if change < 0 else "changed"


def _size(value: float, decimals: int) -> str:
    return f"{abs(value):.{decimals}f}"
