"""Interpreter, packages, system, container, variables, hardware."""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from whence.query.diff.align import StepPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import Change, LayerDiff, What, verdict
from whence.query.diff.side import Side, Step
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps
from whence.query.diff.values import flatten

ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "python": "interpreter",
        "further_pythons": "interpreter",
        "packages": "package",
        "container": "container",
        "conda": "container",
        "variables": "variable",
        "hardware": "hardware",
    }
)
"""The first word of a fact's name → what it is about; all others are about the system."""

_ORDER = (
    "interpreter",
    "imported",
    "needed",
    "container",
    "variable",
    "system",
    "hardware",
    "package",
)
"""What most probably matters comes first: packages that sources import before those that these
need; packages that nothing imported come last."""

_FOLLOWING = frozenset({"lock", "lock_sha256", "packages_sha256"})
"""Facts that only sum up others."""

_PLACES = frozenset({"executable", "prefix", "hostname", "uuid"})
"""Facts that say where something is or which one it is, and not what it is."""

Facts = Mapping[tuple[str, str], Any]
"""(What it is about, name) → value."""


def compare_environment(comparison: Comparison) -> LayerDiff:
    """The layer of environment."""
    told, imported = Told(), (_imported(comparison), _direct(comparison))
    for place, pair in comparison.differing_steps():
        step = (place, pair.job)
        a, b = _environments(comparison, pair)
        if a is None or b is None:
            _tell_missing(told, step, a, b)
        elif a != b:
            facts = (comparison.account_of(each).said("environment") for each in (a, b))
            one, other = (dict(_facts(each)) for each in facts)
            _compare(told, step, (one, other), imported)
        _compare(told, step, _machines(pair), imported)
        tell_gaps(told, "environment", place, pair, settled=lambda _: False)
    changes = sorted(told.changes(), key=_weight)
    return LayerDiff(verdict(changes), tuple(changes))


def is_idle(change: Change) -> bool:
    """Whether no program can have noticed the change: it is about a package never imported."""
    return change.detail.get("about") == "package" and not change.detail.get("imported")


def _environments(comparison: Comparison, pair: StepPair) -> tuple[int | None, int | None]:
    """The two environments; a step of one side alone is held against what the other side had."""
    a = pair.a.environment if pair.a else _usual(comparison.a, pair.b)
    b = pair.b.environment if pair.b else _usual(comparison.b, pair.a)
    return a, b


def _usual(side: Side, step: Step | None) -> int | None:
    """The same environment as the step's if any step of the side had it, else its latest."""
    known = [each.environment for each in side.steps.values()][::-1]
    if step is not None and step.environment in known:
        return step.environment
    return next(iter(known), None)


def _machines(pair: StepPair) -> tuple[Facts, Facts]:
    """The hardware of both runs; recorded of one alone, it is no difference that anyone knows."""
    a, b = ({} if step is None else step.account.said("hardware") for step in (pair.a, pair.b))
    if not a or not b:
        return {}, {}
    return dict(_facts({"hardware": a})), dict(_facts({"hardware": b}))


def _facts(facts: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    for name, value in flatten(facts):
        head, _, rest = name.partition(".")
        if head in _FOLLOWING or name.rpartition(".")[2] in _PLACES:
            continue
        about = ABOUT.get(head, "system")
        if head == "packages" and isinstance(value, list):
            yield from (((about, package), version) for package, version, _ in _packages(value))
        elif about in {"variable", "hardware"}:
            yield (about, rest or head), _without_places(value)
        else:
            yield (about, name), _without_places(value)


def _without_places(value: Any) -> Any:
    """A list of things, such as GPUs, without what only says which ones they are."""
    if not isinstance(value, list):
        return value
    return [
        {name: fact for name, fact in each.items() if name not in _PLACES}
        if isinstance(each, Mapping)
        else each
        for each in value
    ]


def _packages(packages: Iterable[Any]) -> Iterator[tuple[str, Any, bool]]:
    """Name, version, and whether a program imported it; where that is not told, it may have."""
    for each in packages:
        if isinstance(each, Mapping):
            version, origin = each.get("version"), each.get("origin")
            whole = f"{version} from {origin}" if origin else version
            yield str(each.get("name")), whole, each.get("imported") is not False
        else:
            name, _, version = str(each).partition("==")
            yield name, version, True


def _imported(comparison: Comparison) -> frozenset[str]:
    """The packages that any step of either side imported."""
    steps = (*comparison.a.steps.values(), *comparison.b.steps.values())
    found = {name for step in steps for name in step.account.said("imports").get("packages", ())}
    if found:
        return frozenset(found)
    for handle in {step.environment for step in steps} - {None}:
        assert handle is not None
        packages = comparison.account_of(handle).said("environment").get("packages")
        if isinstance(packages, list):
            found |= {name for name, _, imported in _packages(packages) if imported}
    return frozenset(found)


def _direct(comparison: Comparison) -> frozenset[str] | None:
    """The packages that sources of the steps name; ``None`` where nobody looked at some."""
    steps = (*comparison.a.steps.values(), *comparison.b.steps.values())
    told = [said for step in steps if (said := step.account.said("imports"))]
    if not told or any("direct" not in each for each in told):
        return None
    return frozenset(name for each in told for name in each["direct"])


def _compare(
    told: Told,
    step: tuple[int, str],
    sides: tuple[Facts, Facts],
    imported: tuple[frozenset[str], frozenset[str] | None],
) -> None:
    a, b = sides
    for which in sorted(a.keys() | b.keys()):
        about, name = which
        what: What = "changed"
        if which not in a or which not in b:
            what = "only_in_a" if which in a else "only_in_b"
        elif a[which] == b[which]:
            continue
        values = (a.get(which), b.get(which))
        detail: dict[str, Any] = {"about": about}
        if about == "package":
            detail["imported"] = name in imported[0]
            if imported[1] is not None and detail["imported"]:
                detail["direct"] = name in imported[1]
        told.tell(what, name, values, key=(about, *map(_exactly, values)), step=step, detail=detail)


def _tell_missing(told: Told, step: tuple[int, str], a: int | None, b: int | None) -> None:
    missing = [side for side, each in (("a", a), ("b", b)) if each is None]
    reason = "no environment is recorded of " + " and ".join(missing)
    told.tell(
        "unknown", "environment", key=("missing", reason), step=step, detail={"reason": reason}
    )


def _exactly(value: Any) -> str:
    """A value as a key: versions are names, of which 1.1 and 1.10 are two."""
    return json.dumps(value, sort_keys=True)


def _weight(change: Change) -> tuple[int, str]:
    about = change.detail.get("about")
    if about == "package" and change.detail.get("imported"):
        about = "imported" if change.detail.get("direct", True) else "needed"
    return (_ORDER.index(about) if about in _ORDER else -1), change.name
