"""What steered the runs: words of the command line, values of configuration files, seeds."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence.model.edge import Basis
from whence.model.node import Node, NodeKind
from whence.query.diff.align import StepPair, ThingPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import LayerDiff, What, verdict
from whence.query.diff.hunks import compare_texts
from whence.query.diff.side import Side, Step
from whence.query.diff.things import name_of, nodes_of, sha256_of, standing
from whence.query.diff.told import Told
from whence.query.diff.unknowns import tell_gaps
from whence.query.diff.values import normal

_ABOUT: Mapping[str, str] = {"parameters": "parameter", "seeds": "seed"}
"""Facets whose values steer a run."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value that steered a run, as one source has it."""

    value: Any
    source: str
    basis: Basis
    default: bool = False
    """Whether nobody set it: a library's own."""
    is_argument: bool = False
    """Whether a library was given it: it may be a setting that went there."""


_NOTHING = Value(None, "", Basis.OBSERVED)

Values = Mapping[tuple[str, str], Mapping[Basis, Value]]
"""(Kind of value, name) → how it is known → the value; the strongest basis first."""


def values_of(step: Step | None, made: frozenset[int]) -> Values:
    """All values that steered a run; a value in a file that another run made is data."""
    results = {met.node.name for met in step.used if met.handle in made} if step else set()
    found: dict[tuple[str, str], dict[Basis, Value]] = {}
    for facet, about in _ABOUT.items() if step is not None else ():
        assert step is not None
        for basis in Basis:
            for name, told in step.account.said(facet, basis).items():
                plain = told if isinstance(told, Mapping) else {"value": told}
                value = Value(
                    plain.get("value"),
                    str(plain.get("source") or ""),
                    basis,
                    bool(plain.get("default")),
                    bool(plain.get("owner")),
                )
                # A parameter that is a seed by its name stands in both facets.
                again = about == "seed" and ("parameter", name) in found
                if value.source not in results and not again:
                    found.setdefault((about, name), {})[basis] = value
    return found


def settings_of(side: Side) -> Iterator[int]:
    """The configuration files of a lineage: those that are such, and those that gave a value.

    A file that a run of the lineage made is none: what is in it follows from that run.
    """
    made = side.made()
    for step in side.steps.values():
        sources = _sources(values_of(step, made))
        for met in step.used:
            if met.handle not in made and (
                met.node.kind is NodeKind.CONFIG or met.node.name in sources
            ):
                yield met.handle


def compare_parameters(comparison: Comparison) -> LayerDiff:
    """The layer of parameters."""
    told, notes = Told(), dict[str, None]()
    known = (_from_files(comparison.a), _from_files(comparison.b))
    made = (comparison.a.made(), comparison.b.made())
    seen = False
    for place, pair in comparison.differing_steps():
        a, b = values_of(pair.a, made[0]), values_of(pair.b, made[1])
        seen = seen or bool(a or b)
        differing = set()
        reached = _reached(a, b)
        following = {which for several in reached.values() for which in several}
        for about, name in sorted((a.keys() | b.keys()) - following):
            differing |= _compare_value(
                told, (place, pair), (about, name), (a, b), known, reached.get((about, name))
            )
        files = comparison.alignment.used[place]
        for file in files:
            if not {file.a, file.b}.isdisjoint(comparison.settings) and not _is_old(
                comparison, pair, file
            ):
                note = _compare_file(told, (place, pair), file, (a, b), comparison, differing)
                notes |= dict.fromkeys(note)
        same = {name_of(comparison, file) for file in files if standing(comparison, file) == "same"}
        tell_gaps(told, "parameters", place, pair, settled=same.__contains__)
    changes = told.changes()
    if not seen and any(True for _ in comparison.differing_steps()):
        notes["no parameters were seen on either side"] = None
    return LayerDiff(verdict(changes), tuple(changes), tuple(notes))


def _compare_value(
    told: Told,
    at: tuple[int, StepPair],
    which: tuple[str, str],
    sides: tuple[Values, Values],
    known: tuple[frozenset[Any], frozenset[Any]],
    reached: Sequence[tuple[str, str]] | None = None,
) -> set[str]:
    """Tell a value that is not the same; the sources in which it differs."""
    place, pair = at
    a, b = _comparable(sides[0].get(which, {}), sides[1].get(which, {}))
    if a is not None and b is not None and normal(a.value) == normal(b.value):
        return set()
    if None in (a, b) and (a or b or _NOTHING).default:
        return set()  # another tool was used: what it has by itself is no difference of its own
    what, reason = _verdict(pair, a, b)
    for present, step, others in ((a, pair.b, known[1]), (b, pair.a, known[0])):
        # A step that only one side has reads its configuration again: that is no change.
        if present and step is None and (*which, present.source, normal(present.value)) in others:
            return set()
    present = b or a
    assert present is not None
    about, name = which
    detail: dict[str, Any] = {
        "about": about,
        "source": present.source,
        "basis": present.basis.value,
    }
    if a and b and a.source != b.source:
        detail["sources"] = {"a": a.source, "b": b.source}
    if reason:
        detail["reason"] = reason
    if present.is_argument:
        detail["argument"] = True
    detail["given"] = _is_given(present.source, step=pair.b or pair.a)
    if reached:
        detail["reaches"] = [name for _, name in reached]
        if all(kind == "seed" for kind, _ in reached):
            detail["seeds"] = True
    plain = (a.value if a else None, b.value if b else None)
    key = (about, present.source, *map(normal, plain))
    told.tell(what, name, plain, key=key, step=(place, pair.job), detail=detail)
    return {each.source for each in (a, b) if each}


def _is_given(source: str, step: Step | None) -> bool:
    """Whether a value came from outside of the code: a command line, a file, a variable."""
    if source.startswith(("command line", "environment variable")):
        return True
    files = {met.node.name for met in step.used} if step is not None else set()
    return any(part in files for part in (source, source.partition(", ")[2]))


def _reached(a: Values, b: Values) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Settings that changed → arguments and seeds of libraries that changed in just the same way.

    The same change twice is one change that went from one place to the other. Where several
    settings changed alike, the one whose name ends alike is taken, otherwise the first.
    """
    settings: dict[Hashable, list[tuple[str, str]]] = {}
    arguments: list[tuple[tuple[str, str], Hashable]] = []
    for which in sorted(a.keys() & b.keys()):
        one, other = _comparable(a[which], b[which])
        if one is None or other is None or normal(one.value) == normal(other.value):
            continue
        change = (normal(one.value), normal(other.value))
        if which[0] == "seed" or (one.is_argument and other.is_argument):
            arguments.append((which, change))
        else:
            settings.setdefault(change, []).append(which)
    reached: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for which, went in arguments:
        alike = settings.get(went)
        if alike:
            last = which[1].rpartition(".")[2] if which[0] == "parameter" else "seed"
            source = next((each for each in alike if each[1].endswith(last)), alike[0])
            reached.setdefault(source, []).append(which)
    return reached


def _comparable(
    a: Mapping[Basis, Value], b: Mapping[Basis, Value]
) -> tuple[Value | None, Value | None]:
    """The two values to hold against each other: known in the same way, and differing if any do."""
    both = [basis for basis in a if basis in b]
    for basis in both:
        if normal(a[basis].value) != normal(b[basis].value):
            return a[basis], b[basis]
    if both:
        return a[both[0]], b[both[0]]
    return next(iter(a.values()), None), next(iter(b.values()), None)


def _verdict(pair: StepPair, a: Value | None, b: Value | None) -> tuple[What, str]:
    """What is the matter; a value may be missing because its file could not be read."""
    if a and b:
        return "changed", ""
    present, step = (a, pair.b) if a else (b, pair.a)
    assert present is not None
    for gap in () if step is None else step.account.gaps():
        if gap.get("kind") == "parameters-unknown" and gap.get("about") == present.source:
            return "unknown", gap.get("reason", "")
    return ("only_in_a" if a else "only_in_b"), ""


def _compare_file(
    told: Told,
    at: tuple[int, StepPair],
    file: ThingPair,
    sides: tuple[Values, Values],
    comparison: Comparison,
    differing: set[str],
) -> list[str]:
    """Tell of a configuration file what its values do not tell."""
    what = standing(comparison, file)
    if what == "same":
        return []
    nodes = nodes_of(comparison, file)
    read = [
        node is None or node.name in _sources(values)
        for node, values in zip(nodes, sides, strict=True)
    ]
    name = name_of(comparison, file)
    if all(read):
        names = {node.name for node in nodes if node}
        silent = names.isdisjoint(differing) and len(names) == 1 and None not in nodes
        return [f"{name}: its bytes differ, its values do not"] if silent else []
    place, pair = at
    digests = tuple(sha256_of(node) for node in nodes)
    detail: dict[str, Any] = {"about": "file"}
    if what == "unknown":
        detail["reason"] = "which bytes it held is not known on both sides"
    elif what == "changed":
        detail |= _hunks(comparison, digests)
    told.tell(
        what,
        name,
        (_content(nodes[0]), _content(nodes[1])),
        key=("file", *digests),
        step=(place, pair.job),
        detail=detail,
    )
    return []


def _is_old(comparison: Comparison, pair: StepPair, file: ThingPair) -> bool:
    """Whether it is met by a step of one side alone, while the other side has the same file."""
    if pair.a is not None and pair.b is not None:
        return False
    node = next(each for each in nodes_of(comparison, file) if each)
    other = comparison.a if pair.a is None else comparison.b
    return any(
        each.name == node.name and sha256_of(each) == sha256_of(node)
        for handle, each in other.nodes.items()
        if handle in comparison.settings
    )


def _hunks(comparison: Comparison, digests: tuple[str | None, ...]) -> dict[str, Any]:
    one, other = (None if each is None else comparison.text_of(each) for each in digests)
    found = compare_texts(one, other)
    told: dict[str, Any] = {"hunks": None if found.hunks is None else list(found.hunks)}
    return {**told, "reason": found.reason} if found.reason else told


def _content(node: Node | None) -> dict[str, Any] | None:
    return None if node is None else {"name": node.name, "sha256": sha256_of(node)}


def _sources(values: Values) -> frozenset[str]:
    return frozenset(each.source for by_basis in values.values() for each in by_basis.values())


def _from_files(side: Side) -> frozenset[Any]:
    """Every value from a file that any step of a side was steered by."""
    found, made = set(), side.made()
    for step in side.steps.values():
        files = {met.node.name for met in step.used}
        for (about, name), by_basis in values_of(step, made).items():
            for value in by_basis.values():
                if value.source in files:
                    found.add((about, name, value.source, normal(value.value)))
    return frozenset(found)
