"""Where a declared fact says otherwise than an observed one.

The rules are the table ``RULES``; each is a pure function of what was seen of one run. They hold
back: a value is compared with one other alone, under the same name, and what may be the same said
in another way (rounded, as text, in per cent) is the same. Versions, for which history is needed,
are compared in ``query.versions``.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.recording.observation import RunSeen

MOST = 100
"""How many contradictions of one run are told."""

_REMEDY = "correct what is declared, or find out why the run did otherwise"

SYNONYMS: Mapping[str, str] = {
    "accuracy": "accuracy_score",
    "acc": "accuracy_score",
    "balanced_accuracy": "balanced_accuracy_score",
    "precision": "precision_score",
    "recall": "recall_score",
    "f1": "f1_score",
    "auc": "roc_auc_score",
    "roc_auc": "roc_auc_score",
    "r2": "r2_score",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "mae": "mean_absolute_error",
    "log_loss": "log_loss",
}
"""How people call a metric → how the library calls it that measures it."""

SEED_NAMES = frozenset("seed random_seed random_state rng_seed global_seed manual_seed".split())


def contradictions(seen: RunSeen) -> list[Gap]:
    """All contradictions in what is known of one run, each once."""
    found = (gap for rule in RULES for gap in rule(seen))
    return list(dict.fromkeys(found))[:MOST]


# ---------------------------------------------------------------------- values


def _parameters(seen: RunSeen) -> Iterator[Gap]:
    """A parameter that was logged, and the only one of its name that was in effect."""
    observed = _by_last_name(seen.parameters)
    for name, detail in _details(seen.declared.get("parameters", {})).items():
        found = _only(observed.get(_last(name), {}), name)
        if found is None:
            continue
        used_as, used = found
        if _comparable(detail["value"], used["value"]) and not alike(
            detail["value"], used["value"]
        ):
            yield _differs(name, detail, used_as, used)


def _metrics(seen: RunSeen) -> Iterator[Gap]:
    """A metric that was logged, and the only measurement of its name."""
    observed = _by_last_name(
        {name: each for name, each in _details(seen.metrics).items() if _is_single(each)}
    )
    for name, detail in _details(seen.declared.get("metrics", {})).items():
        last = _last(name)
        among = observed.get(last) or observed.get(SYNONYMS.get(last, ""), {})
        if len(among) != 1 or not _is_single(detail):
            continue
        ((measured_as, measured),) = among.items()
        if not near(detail["value"], measured["value"]):
            yield _differs(name, detail, measured_as, measured)


def _seeds(seen: RunSeen) -> Iterator[Gap]:
    """A seed that was logged, and the only one that generators were given."""
    given = {
        name: each
        for name, each in _details(seen.seeds).items()
        if not each.get("default") and name != "PYTHONHASHSEED"
    }
    for name, detail in _details(seen.declared.get("seeds", {})).items():
        if name in given and not alike(detail["value"], given[name]["value"]):
            yield _differs(name, detail, name, given[name])
    if len({str(each["value"]) for each in given.values()}) != 1:
        return
    used_as, used = next(iter(given.items()))
    same_name = _by_last_name(seen.parameters)
    for facet in ("parameters", "seeds"):
        for name, detail in _details(seen.declared.get(facet, {})).items():
            if _last(name) not in SEED_NAMES or name in given:
                continue
            if facet == "parameters" and _last(name) in same_name:
                continue  # compared as a parameter already
            if isinstance(detail["value"], int | str) and not alike(detail["value"], used["value"]):
                yield _differs(name, detail, used_as, used)


def _differs(
    name: str, declared: Mapping[str, Any], other: str, observed: Mapping[str, Any]
) -> Gap:
    told, used = _shown(declared["value"]), _shown(observed["value"])
    called = "" if other == name else f" as {other}"
    source = f" ({observed['source']})" if observed.get("source") else ""
    return Gap(
        "contradiction",
        name,
        f"declared {told} ({declared.get('source') or 'declared'}), observed {used}"
        f"{called}{source}",
        _REMEDY,
    )


# --------------------------------------------------------------------- content


def _digests(seen: RunSeen) -> Iterator[Gap]:
    """Bytes that are not those that somebody says they are."""
    for file in (*seen.used, *seen.generated):
        for claim in file.claims:
            if claim.sha256 and file.sha256 and claim.sha256 != file.sha256:
                yield Gap(
                    "contradiction",
                    file.name,
                    f"declared to be sha256:{claim.sha256[:12]}… ({claim.source}), "
                    f"observed sha256:{file.sha256[:12]}…",
                    "correct the statement, or find out which bytes were meant",
                )


def _bases(seen: RunSeen) -> Iterator[Gap]:
    """A base model by name, where the run read exactly one model and that is another."""
    made = {file.location.rpartition("/")[0] for file in seen.generated}
    read: dict[str, str] = {}
    for file in seen.used:
        folder = file.location.rpartition("/")[0]
        if file.kind is NodeKind.MODEL and folder not in made and file.basis.value == "observed":
            repo = str(file.facets.get("remote", {}).get("repo") or "")
            read[repo or file.location] = repo or file.name
    if len(read) != 1:
        return
    ((place, name),) = read.items()
    words = {_plain_word(each) for each in re.split(r"[/\\]", place) if each}
    words |= {_plain_word(each.rpartition(".")[0]) for each in re.split(r"[/\\]", place)}
    for file in seen.generated:
        for claim in file.claims:
            base = re.split(r"[/\\]", claim.base.rstrip("/\\"))[-1]
            if base and not any(_plain_word(base) in each for each in words):
                yield Gap(
                    "contradiction",
                    file.name,
                    f"its base model is declared to be {claim.base} ({claim.source}), "
                    f"the run read {name}",
                    _REMEDY,
                )


def _plain_word(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


Rule = Callable[[RunSeen], Iterator[Gap]]

RULES: tuple[Rule, ...] = (_parameters, _metrics, _seeds, _digests, _bases)
"""Every way in which what is declared of a run can contradict what was observed of it."""


# --------------------------------------------------------------------- likeness


def alike(one: Any, other: Any) -> bool:
    """Whether two values may be the same, said in different ways."""
    if one == other:
        return True
    numbers = _number(one), _number(other)
    if numbers[0] is not None and numbers[1] is not None:
        return math.isclose(numbers[0], numbers[1], rel_tol=1e-6, abs_tol=1e-12)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    return _same_text(_text(one), _text(other))


def near(one: Any, other: Any) -> bool:
    """Whether two measurements may be the same: one of them rounded, or in per cent."""
    first, second = _number(one), _number(other)
    if first is None or second is None:
        return _text(one) == _text(other)
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return any(
        math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-9) or round(b, _places(a)) == a
        for scale in (1, 100, 0.01)
        for a, b in ((first, second * scale), (second * scale, first))
    )


def _places(number: float) -> int:
    """How many decimal places a number is written with, two at least: fewer tell too little."""
    exponent = Decimal(repr(number)).as_tuple().exponent
    return max(2, -exponent) if isinstance(exponent, int) else 2


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return "" if text.lower() in {"none", "null"} else text.strip("'\"<> ").casefold()


def _same_text(one: str, other: str) -> bool:
    """``Adam`` is ``torch.optim.Adam``, and ``data/a.csv`` is the file of that name."""
    short, long = sorted((one, other), key=len)
    return one == other or (bool(short) and long.endswith(("." + short, "/" + short)))


def _comparable(declared: Any, observed: Any) -> bool:
    """Whether both are told in full: no object by its class alone, nothing cut, no structure."""
    return all(
        isinstance(each, bool | int | float)
        or (
            isinstance(each, str)
            and len(each) < 200
            and not each.startswith(("<", "[redacted"))
            and not each.endswith("…")
        )
        for each in (declared, observed)
    )


# ------------------------------------------------------------------------ names


def _parts(name: str) -> list[str]:
    return [each.lower().replace("-", "_") for each in re.split(r"[./:]|__", name) if each]


def _last(name: str) -> str:
    return (_parts(name) or [""])[-1]


def _details(values: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Values that are told with their source; others may come from elsewhere."""
    return {
        name: detail
        for name, detail in values.items()
        if isinstance(detail, Mapping) and "value" in detail
    }


def _is_single(metric: Mapping[str, Any]) -> bool:
    return bool(metric.get("count", 1) == 1)


def _by_last_name(values: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, detail in _details(values).items():
        found.setdefault(_last(name), {})[name] = detail
    return found


def _only(
    among: Mapping[str, Mapping[str, Any]], name: str
) -> tuple[str, Mapping[str, Any]] | None:
    """The one value of this name, however often it was met; ``None`` if there are several.

    Where both names say of what thing they are, and of different ones, they are not the same name.
    """
    if not among:
        return None
    values = list(among.items())
    if not all(alike(detail["value"], values[0][1]["value"]) for _, detail in values):
        return None
    for other, detail in values:
        owners = _parts(name)[:-1], _parts(other)[:-1]
        if not owners[0] or not owners[1] or owners[0][-1] == owners[1][-1]:
            return other, detail
    return None


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
