"""Each change as a candidate for the cause: what kind it is, and what speaks for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from whence.query.diff.difference import Candidate, Change, LayerDiff
from whence.query.diff.kinds import hardware_kind, package_kind, parameter_kind, variable_kind
from whence.query.diff.usage import Usage, is_called_test
from whence.query.diff.weights import (
    WEIGHTS,
    weigh_package,
    weigh_rows,
    weigh_unknown,
)

_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "ran": "code-ran",
        "called": "code-called",
        "loaded": "code-loaded",
        "imports": "code-imports",
        "speaks": "code-speaks",
        "unseen": "code-unseen",
        "unnamed": "code-unnamed",
        "idle": "code-idle",
        "layout": "code-layout",
    }
)
"""The part that an edit can have had (``ran``) → the kind of the candidate."""

_NAMED = 3
"""How many columns are named."""

_ACTIVE = frozenset({"ran", "called", "loaded"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the runs beside their changes."""

    usage: Mapping[int, Usage] = field(default_factory=dict)
    """Of each aligned step, by its place."""
    words: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """The words of the sources of each aligned step; empty where not all are at hand."""
    files: frozenset[str] = frozenset()
    """The names of files that the runs read and made."""
    measuring: bool = False
    """Whether the changes are those of runs that measured, and trained nothing."""

    def used(self, change: Change) -> Usage:
        """How the steps that share a change used files."""
        found = [self.usage[place] for place in sorted(change.pairs) if place in self.usage]
        return found[0] if found else Usage()

    def named(self, change: Change) -> bool:
        """Whether a source of the steps that share a change has the last part of its name."""
        word = change.name.rpartition(".")[2].lstrip("-").replace("-", "_").lower()
        texts = [self.words.get(place, frozenset()) for place in change.pairs]
        return not texts or any(not text or word in text for text in texts)


def candidates(layers: Mapping[str, LayerDiff], setting: Setting) -> Iterator[Candidate]:
    """All changes of these layers that are no consequence of another, as candidates."""
    for name, layer in layers.items():
        find = _FINDERS.get(name)
        for change in layer.changes if find is not None else ():
            assert find is not None
            yield from find(change, setting)


# --------------------------------------------------------------------- by layer


def _of_code(change: Change, setting: Setting) -> Iterator[Candidate]:
    if change.what == "unknown":
        score = weigh_unknown(WEIGHTS["code-loaded"].score)
        yield _candidate("code", change, "code-loaded", score, says=_unknown(change))
        return
    edits = change.detail.get("edits")
    if not edits:
        silent = change.detail.get("hunks") == []
        kind = "code-layout" if silent else "code-loaded"
        reason = change.detail.get("reason")
        yield _candidate("code", change, kind, says=str(reason) if reason else "")
        return
    for each in edits:
        part = str(each["part"])
        kind = _PARTS[part]
        if setting.measuring and part in _ACTIVE:
            kind = "evaluation-code"
        what = {"changed": "", "only_in_a": "only a used it", "only_in_b": "only b used it"}
        says = WEIGHTS[kind].says.format(function=each.get("function") or "the module")
        if kind == "code-called" and not each.get("function"):
            says = "in the module, which ran"
        told = "; ".join(filter(None, (what.get(change.what, ""), says)))
        name = f"{change.name}:{each['line']}" if change.what == "changed" else change.name
        yield _candidate("code", change, kind, says=told, name=name, edit=each)


def _of_parameters(change: Change, setting: Setting) -> Iterator[Candidate]:
    detail = change.detail
    kind = parameter_kind(change, named=setting.named(change), files=setting.files)
    if setting.measuring and WEIGHTS[kind].score >= WEIGHTS["setting"].score:
        kind = "evaluation-code"
    if kind == "place" and change.what == "changed" and detail.get("about") == "file":
        kind = "setting"
    says = WEIGHTS[kind].says.format(reaches=", ".join(detail.get("reaches") or ()))
    score = WEIGHTS[kind].score
    if change.what == "unknown":
        score, says = weigh_unknown(score), _unknown(change)
    yield _candidate("parameters", change, kind, score, says=says)


def _of_environment(change: Change, _: Setting) -> Iterator[Candidate]:
    about = str(change.detail.get("about") or "system")
    score, says = None, ""
    if change.what == "unknown":
        kind = "system"
        yield _candidate("environment", change, kind, says=_unknown(change))
        return
    if about == "package":
        kind = package_kind(change)
        score = weigh_package(change.name, kind)
        if "direct" not in change.detail:
            says = WEIGHTS[kind].says.replace("the sources import it", "it was imported")
    elif about == "variable":
        kind = variable_kind(change.name)
    elif about == "hardware":
        kind = hardware_kind(change.name)
    else:
        kind = about if about in WEIGHTS else "system"
    yield _candidate("environment", change, kind, score, says=says)


def _of_data(change: Change, setting: Setting) -> Iterator[Candidate]:
    cause = change.detail.get("cause")
    if cause == "consequence":
        return
    usage = setting.used(change)
    known = change.a if isinstance(change.a, Mapping) else change.b
    node = known if isinstance(known, Mapping) else {}
    says = ""
    if change.what == "unknown":
        kind = "unexplained" if cause == "unexplained" else "data"
        yield _candidate(
            "data", change, kind, weigh_unknown(WEIGHTS[kind].score), says=_unknown(change)
        )
        return
    if setting.measuring or usage.only_measures(change.name):
        kind = "evaluation-data"
        if not setting.measuring and not usage.seen and is_called_test(change.name):
            says = "by its name it is what the two were measured on: their figures do not compare"
        yield _candidate("data", change, kind, says=says)
        return
    if node.get("kind") == "model":
        yield _candidate("data", change, "base-model")
        return
    if cause == "unexplained":
        yield _candidate("data", change, "unexplained")
        return
    if change.what != "changed":
        side = "a" if change.what == "only_in_a" else "b"
        yield _candidate("data", change, "data", says=f"only {side} read it")
        return
    kind, score, says = _table_weight(change, usage)
    yield _candidate("data", change, kind, score, says=says)


def _table_weight(change: Change, usage: Usage) -> tuple[str, int | None, str]:
    """The kind, weight and words for a table or another file that changed."""
    table = change.detail.get("table")
    if not isinstance(table, Mapping):
        return "data", None, ""
    columns = _columns(table)
    used = usage.features | usage.labels
    labels = sorted(columns & usage.labels)
    if columns and used and not columns & used and not _whole_rows_moved(table):
        return "unused-columns", None, ""
    if table.get("added") or table.get("removed"):
        return "data-columns", None, ""
    rows = table.get("rows")
    if not isinstance(rows, Mapping):
        return "data", None, ""
    count = max(int(table.get(f"rows_{when}") or 0) for when in ("before", "after"))
    moved = max(int(rows.get("added") or 0), int(rows.get("removed") or 0))
    moved += int(rows.get("changed") or 0)
    if not moved:
        return "order", None, ""
    share = moved / max(count, moved)
    percent = f"{share * 100:.2g} %" if share < 0.995 else "all"
    said = WEIGHTS["data-rows"].says.format(share=percent)
    if labels:
        said += f", the labels ({', '.join(labels[:_NAMED])}) among what changed"
    elif columns and len(columns) <= _NAMED:
        said += f", in {', '.join(sorted(columns))}"
    return "data-rows", weigh_rows(share, labels=bool(labels)), said


def _columns(table: Mapping[str, Any]) -> set[str]:
    """The columns that are known to differ, as far as whole rows did not come or go."""
    found = {str(each) for each in table.get("values_changed") or ()}
    for which in ("added", "removed", "columns_changed"):
        found |= {
            str(each.get("name")) for each in table.get(which) or () if isinstance(each, Mapping)
        }
    for which in ("renamed", "retyped"):
        found |= {str(each[0]) for each in table.get(which) or () if each}
    return found


def _whole_rows_moved(table: Mapping[str, Any]) -> bool:
    """Whether whole rows came or went, rather than values in them changed."""
    if table.get("values_changed"):
        return False
    rows = table.get("rows")
    return not isinstance(rows, Mapping) or bool(rows.get("added") or rows.get("removed"))


def _of_outputs(change: Change, _: Setting) -> Iterator[Candidate]:
    if change.detail.get("about") == "outcome":
        yield _candidate("outputs", change, "outcome", says=f"{change.a} → {change.b}")


_FINDERS: Mapping[str, Callable[[Change, Setting], Iterator[Candidate]]] = MappingProxyType(
    {
        "data": _of_data,
        "code": _of_code,
        "parameters": _of_parameters,
        "environment": _of_environment,
        "outputs": _of_outputs,
    }
)


def _candidate(
    layer: str,
    change: Change,
    kind: str,
    score: int | None = None,
    *,
    says: str = "",
    name: str = "",
    edit: Mapping[str, Any] | None = None,
) -> Candidate:
    weight = WEIGHTS[kind]
    return Candidate(
        layer=layer,
        name=name or change.name,
        kind=kind,
        weight=weight.score if score is None else score,
        says=says or weight.says,
        why=weight.why,
        change=change,
        edit=edit,
    )


def _unknown(change: Change) -> str:
    reason = change.detail.get("reason")
    told = "nobody knows whether it differs"
    return f"{told}: {reason}" if reason else told
