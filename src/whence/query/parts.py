"""Runs that consist of others: which are parts of which, and all of them as one."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from whence.model.edge import Basis, EdgeKind
from whence.model.identity import NodeId
from whence.store.interface import Direction, GraphReader, Reach

TEMPORARY = "temporary"
"""The role of what one part made for another and nobody kept."""


def wholes(reader: GraphReader, handles: Iterable[int]) -> dict[int, int]:
    """Those of these runs that are parts, each with the run that it is a part of."""
    links = reader.links(list(handles), Direction.ORIGINS)
    return {link.origin: link.target for link in links if link.kind is EdgeKind.PART_OF}


def parts_of(reader: GraphReader, handles: Iterable[int]) -> dict[int, list[int]]:
    """Of each of these runs its parts, in the order in which they were recorded."""
    found: dict[int, list[int]] = {}
    for link in reader.links(list(handles), Direction.EFFECTS):
        if link.kind is EdgeKind.PART_OF:
            found.setdefault(link.target, []).append(link.origin)
    return {whole: sorted(dict.fromkeys(parts)) for whole, parts in found.items()}


def with_parts(reader: GraphReader, root: int) -> list[int]:
    """A run with its parts, and theirs; anything else alone."""
    found, front = [root], [root]
    while front:
        below = parts_of(reader, front)
        front = [part for parts in below.values() for part in parts if part not in found]
        found += front
    return found


def reach_with_parts(
    reader: GraphReader, root: int, direction: Direction, *, limit: int | None = None
) -> Reach:
    """All that a run and its parts come from, or led to; of anything else, what it alone does."""
    starts = with_parts(reader, root)
    if len(starts) == 1:
        return reader.reach(root, direction, limit=limit)
    found = dict.fromkeys(starts[:limit])
    truncated = len(found) < len(starts)
    for start in starts:
        reached = reader.reach(start, direction, limit=limit)
        truncated = truncated or reached.truncated
        for handle in reached.handles:
            if handle not in found:
                if limit is not None and len(found) >= limit:
                    truncated = True
                    break
                found[handle] = None
    return Reach(list(found), truncated)


def add_up(
    reader: GraphReader, told: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The account of a run with the accounts of its parts added to it.

    What the parts used from outside and left behind, what steered them and what they measured is
    the run's as well; each says in ``part`` whose it is. What one part made for another is neither
    used nor left behind. Where several parts say the same name, the run itself wins, then the
    latest for what was measured, and the first for everything else; of ranks always the first.
    """
    parts = list(parts)
    made = {each["artifact"] for one in (told, *parts) for each in one["generated"]}
    used = {each["artifact"] for one in parts for each in one["used"]}
    handles = {at: each for each in used | made if (at := reader.find(NodeId(each))) is not None}
    here = [at for at, each in handles.items() if each in made]
    made |= {handles[at] for at in copies(reader, handles.keys() - set(here), here)}
    whole = dict(told)
    whole["used"] = _met(told, parts, "used", made)
    whole["generated"] = [
        each for each in _met(told, parts, "generated", ()) if each["role"] != TEMPORARY
    ]
    for names, details in (("parameters", "parameter_details"), ("metrics", "metric_details")):
        last = names == "metrics"
        whole[names], whole[details] = _values(told, parts, names, details, last=last)
    seeds = {name: value for one in reversed(parts) for name, value in one["seeds"].items()}
    whole["seeds"] = {**seeds, **told["seeds"]}
    whole["code"] = _code(told, parts)
    whole["gaps"] = [
        *told["gaps"],
        *({"part": one["id"], **gap} for one in parts for gap in one["gaps"]),
    ]
    whole["parts"] = [_in_short(one) for one in parts]
    return whole


def copies(reader: GraphReader, asked: Collection[int], made: Collection[int]) -> set[int]:
    """Those that were seen to be copies of what is among ``made``."""
    return {
        link.origin
        for link in reader.links(list(asked), Direction.ORIGINS)
        if link.kind is EdgeKind.DERIVED_FROM
        and link.basis is Basis.OBSERVED
        and link.role == "copied"
        and link.target in made
    }


def _met(
    told: Mapping[str, Any], parts: Iterable[Mapping[str, Any]], side: str, without: Iterable[str]
) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    inside = set(without)
    for one, owner in ((told, None), *((part, part["id"]) for part in parts)):
        for each in one[side]:
            if each["artifact"] not in inside:
                mark = {} if owner is None else {"part": each.get("part", owner)}
                found.setdefault(each["artifact"], {**each, **mark})
    return list(found.values())


def _values(
    told: Mapping[str, Any],
    parts: list[Mapping[str, Any]],
    names: str,
    details: str,
    *,
    last: bool,
) -> tuple[dict[str, Any], dict[str, Any]]:
    plain: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for one in parts if last else reversed(parts):
        follows = bool(one["execution"].get("rank"))
        for name, value in one[names].items():
            if follows and name in plain:
                continue
            detail = one[details].get(name, {})
            plain[name] = value
            known[name] = {**detail, "part": detail.get("part", one["id"])}
    return {**plain, **told[names]}, {**known, **told[details]}


def _code(told: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    files: dict[tuple[str, str], dict[str, Any]] = {}
    state: dict[str, Any] | None = None
    for one, owner in ((told, None), *((part, part["id"]) for part in parts)):
        if one["code"]:
            state = state if state is not None else dict(one["code"])
            for each in one["code"].get("files", ()):
                mark = {} if owner is None else {"part": each.get("part", owner)}
                files.setdefault((each["path"], each["sha256"]), {**each, **mark})
    return None if state is None else {**state, "files": list(files.values())}


def _in_short(part: Mapping[str, Any]) -> dict[str, Any]:
    names = "id job state exit_status signal started_at ended_at command".split()
    short = {name: part[name] for name in names}
    if "rank" in part["execution"]:
        short["rank"] = part["execution"]["rank"]
    return {
        **short,
        "used": len(part["used"]),
        "generated": len(part["generated"]),
        "gaps": len(part["gaps"]),
        "parameters": part["parameters"],
        "metrics": part["metrics"],
    }
