"""Nothing is unknown of where it comes from: at all, on some layers, or of some kinds.

Looked at is what `whence gaps` lists for the whole ancestry. `layers` and `kinds` narrow it down;
with neither, every gap counts. `except` lets kinds pass, and `known` asks for a share of answers
that must be recorded at least (the score of `whence gaps`), on these layers or in all.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.model.gap import GAP_KINDS

LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "data": ("origin-unknown", "content-unknown", "table-unknown"),
        "code": ("code-unknown",),
        "parameters": ("parameters-unknown",),
        "environment": ("environment-unknown",),
        "seeds": ("unseeded",),
        "evaluation": (),
        "base model": ("base-model-unknown",),
        "observation": ("observer-missing", "observer-blind", "truncated", "outcome-unknown"),
        "people": ("actor-unknown",),
        "keeping": ("content-unkept", "erased", "withheld"),
        "claims": ("contradiction",),
    }
)
"""Layer → the kinds of gaps that belong to it; ``evaluation`` is known by its score alone."""

OPTIONS = (
    Option("layers", Sort.TEXTS, "layers that must have no gap", choices=tuple(LAYERS)),
    Option("kinds", Sort.TEXTS, "kinds of gaps that there must be none of"),
    Option("except", Sort.TEXTS, "kinds of gaps that may be there"),
    Option("known", Sort.NUMBER, "the least share that must be known, from 0 to 1"),
)

_TOLD = 20


def mistake(asked: Asked) -> str:
    """What does not fit together in what is asked."""
    for option in ("kinds", "except"):
        for kind in asked.texts(option):
            if kind not in GAP_KINDS:
                return f"{option}: there is no kind of gap {kind!r}; see docs/gaps.md"
    known = asked.number("known")
    if known is not None and not 0 <= known <= 1:
        return f"known is a share from 0 to 1, not {known:g}"
    return ""


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each gap that counts, and one for the score where it is asked for."""
    told = case.gaps
    wanted = _wanted(asked)
    counted = [gap for gap in told["gaps"] if gap["kind"] in wanted]
    for gap in counted[:_TOLD]:
        yield case.failed(
            f"{gap['about']}: {gap['reason']} ({gap['kind']})",
            remedy=gap["remedy"],
            kind=gap["kind"],
        )
    if len(counted) > _TOLD:
        yield case.failed(f"and {len(counted) - _TOLD} more; `whence gaps` lists all")
    if not counted:
        yield case.passed(f"no gap that counts here among the {told['nodes']} things")
    if told["truncated"]:
        yield case.unknown(f"only {told['nodes']} things of its ancestry were looked at")
    least = asked.number("known")
    if least is not None:
        yield from _scores(case, told["completeness"], asked.texts("layers"), least)


def _wanted(asked: Asked) -> set[str]:
    layers, kinds = asked.texts("layers"), asked.texts("kinds")
    if not layers and not kinds:
        wanted = set(GAP_KINDS)
    else:
        wanted = {*kinds, *(kind for layer in layers for kind in LAYERS[layer])}
    return wanted - set(asked.texts("except"))


def _scores(
    case: Case, completeness: Mapping[str, Any], layers: tuple[str, ...], least: float
) -> Iterator[Finding]:
    shares = {"in all": completeness["score"]}
    known = completeness["layers"]
    if layers:
        words = {layer: layer.replace(" ", "_") for layer in layers}
        shares = {layer: known[word]["score"] for layer, word in words.items() if word in known}
    for layer, share in shares.items():
        if share is None:
            yield case.passed(f"{layer}: there was nothing to know")
        elif share < least:
            yield case.failed(
                f"{layer}: {share:.0%} is known, {least:.0%} is asked for",
                remedy="`whence gaps` names the cheapest ways to know more",
                share=share,
            )
        else:
            yield case.passed(f"{layer}: {share:.0%} is known")
