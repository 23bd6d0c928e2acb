"""The answer in one line, in the order of what most probably matters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from whence.query.diff.difference import Change, Compared, Difference, LayerDiff
from whence.query.diff.environment import is_idle

METRICS_TOLD = 3

MINUS = "\u2212"

_SHORT = 8

_NOUNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "parameters": ("parameter", "parameters"),
        "code": ("code file", "code files"),
        "data": ("data file", "data files"),
        "environment": ("point of the environment", "points of the environment"),
    }
)
"""Layer → what its changes are called; in the order of likely weight."""

_PACKAGES = ("package", "packages")


def summarise(difference: Difference) -> str:
    """What differs, what does not, what cannot be said, and what became of it."""
    head = _head(difference.a, difference.b)
    body = "; ".join(_body(difference))
    return f"{head}: {body}"


def number_text(value: Any) -> str:
    """A number with as many digits as a reader needs."""
    if isinstance(value, float) and not isinstance(value, bool):
        return f"{value:.6g}"
    return str(value)


def step_text(a: Any, b: Any, delta: Any) -> str:
    """The value before and after, and how far it went: ``0.749 → 0.764 (+0.015)``."""
    one, other = number_text(a), number_text(b)
    if one == other:
        one, other = str(a), str(b)
    if delta is None:
        return f"{one} → {other}"
    sign = MINUS if delta < 0 else "+"
    return f"{one} → {other} ({sign}{number_text(abs(delta))})"


def _head(a: Compared, b: Compared) -> str:
    if a.id == b.id:
        return f"{a.name}, compared with itself"
    one, other = _short(a), _short(b)
    if one == other and a.run and b.run:
        # The same bytes, made twice: only the runs tell them apart.
        one, other = (str(run["id"])[:_SHORT] for run in (a.run, b.run))
    if a.name == b.name:
        return f"{a.name} {one} → {other}"
    if a.kind == b.kind == "run":
        return f"{a.name} {one} → {b.name} {other}"
    return f"{a.name} → {b.name}"


def _short(compared: Compared) -> str:
    """What tells one from another of the same name."""
    if compared.kind != "run" and compared.sha256 is not None:
        return compared.sha256[:_SHORT]
    return compared.id[:_SHORT]


def _body(difference: Difference) -> Iterator[str]:
    layers = difference.layers
    if difference.status == "same":
        yield "nothing that is recorded of the two differs"
        return
    differing = [each for name in _NOUNS for each in _count(name, layers[name])]
    if differing:
        plural = len(differing) > 1 or not differing[0].startswith("1 ")
        yield f"{_joined(differing)} {'differ' if plural else 'differs'}"
    yield from _follows(layers["data"])
    yield from _alone(difference)
    same = [name for name, layer in layers.items() if layer.status == "same"]
    if same:
        yield f"{_joined(same)} {_verb(same)} the same"
    for name, layer in layers.items():
        if layer.status == "unknown":
            yield f"whether {name} {_differs(name)} is not known"
    yield from _metrics(layers["metrics"])
    yield from _outcomes(layers["outputs"], differing=bool(differing))


def _differs(name: str) -> str:
    return "differ" if name.endswith("s") else "differs"


def _verb(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 or names[0].endswith("s") else "is"


def _count(name: str, layer: LayerDiff) -> Iterator[str]:
    """How many changes of a layer stand for themselves."""
    known = [each for each in layer.changes if each.what != "unknown"]
    roots = [each for each in known if each.detail.get("cause") != "consequence"]
    if name == "environment":
        telling = [each for each in roots if not is_idle(each)]
        if telling and all(each.detail.get("about") == "package" for each in telling):
            yield _counted(len(telling), _PACKAGES)
            return
        if roots and not telling:
            yield _counted(len(roots), ("package that was not imported", "packages not imported"))
            return
        roots = telling
    if roots:
        yield _counted(len(roots), _NOUNS[name])


def _follows(layer: LayerDiff) -> Iterator[str]:
    count = sum(each.detail.get("cause") == "consequence" for each in layer.changes)
    if count:
        yield f"{count:,} more follow{'s' if count == 1 else ''} from it"


def _alone(difference: Difference) -> Iterator[str]:
    for side, steps in (
        ("a", [step.job for step in difference.steps if step.b is None]),
        ("b", [step.job for step in difference.steps if step.a is None]),
    ):
        if steps:
            names = list(dict.fromkeys(steps))
            more = [f"{len(names) - 3} more"] if len(names) > 3 else []
            yield f"only {side} has {_joined([*names[:3], *more])}"


def _metrics(layer: LayerDiff) -> Iterator[str]:
    changed = [each for each in layer.changes if each.what == "changed"]
    if len(changed) > METRICS_TOLD:
        yield f"{len(changed)} metrics differ"
        return
    for each in changed:
        yield f"{each.name} {step_text(each.a, each.b, each.detail.get('delta'))}"


def _outcomes(layer: LayerDiff, *, differing: bool) -> Iterator[str]:
    for each in layer.changes:
        if each.detail.get("about") == "outcome":
            yield f"{each.steps[0]} {each.a} in a, {each.b} in b"
    unexplained = [each for each in layer.changes if each.detail.get("cause") == "unexplained"]
    if unexplained and not differing:
        yield f"{_names(unexplained)} differs though nothing recorded upstream does"


def _names(changes: Sequence[Change]) -> str:
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{changes[0].name}{more}"


def _counted(count: int, nouns: tuple[str, str]) -> str:
    return f"{count:,} {nouns[count != 1]}"


def _joined(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
