"""What randomness started from, and where it started from nothing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.parameters import seeds_among
from whence.model.gap import Gap

HASH_SEED = "PYTHONHASHSEED"

_ADVICE: Mapping[str, str] = {
    "random": "random.seed(…) before the first use",
    "numpy": "numpy.random.seed(…), or a random_state= where there is one",
    "numpy.default_rng": "numpy.random.default_rng(SEED)",
    "torch": "torch.manual_seed(…)",
    "tensorflow": "tensorflow.random.set_seed(…)",
}
"""Generator → how it is seeded."""


def read_seeds(
    told: Iterable[Telling],
    parameters: Mapping[str, Mapping[str, Any]],
    variables: Mapping[str, str],
    place: Callable[[str], str],
) -> tuple[dict[str, Any], list[Gap]]:
    """Seeds by generator, with ``value``, ``source`` and ``where``; a gap for each left unseeded.

    Args:
        told: What was told.
        parameters: What steered the run; ``random_state`` and the like are seeds too.
        variables: Environment variables.
        place: How the record calls a place in the code.
    """
    seeds: dict[str, Any] = {}
    gaps = []
    for each in told:
        fields = each.fields
        if each.event == "seed":
            detail = {"value": fields["value"], "source": fields.get("source") or ""}
            if fields.get("where"):
                detail["where"] = place(fields["where"])
            _add(seeds, str(fields["name"]), detail)
        elif each.event == "random" and not fields["seeded"]:
            gaps.append(_unseeded(str(fields["name"]), place(fields.get("where") or "")))
    for name, detail in seeds_among(parameters).items():
        seeds.setdefault(name, detail)
    if variables.get(HASH_SEED, "random") != "random":
        value = variables[HASH_SEED]
        seeds[HASH_SEED] = {
            "value": int(value) if value.isdecimal() else value,
            "source": "environment variable",
        }
    return seeds, list(dict.fromkeys(gaps))


def _add(seeds: dict[str, Any], name: str, detail: dict[str, Any]) -> None:
    """Under its own name; another value for the same generator under a number."""
    number, called = 1, name
    while called in seeds:
        if seeds[called]["value"] == detail["value"]:
            return
        number += 1
        called = f"{name}#{number}"
    seeds[called] = detail


def _unseeded(name: str, where: str) -> Gap:
    reason = "its numbers were drawn without a seed" + (f", at {where}" if where else "")
    return Gap("unseeded", name, reason, _ADVICE.get(name, "seed it"))
