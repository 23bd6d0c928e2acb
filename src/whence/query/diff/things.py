"""How a pair of files stands: the same, changed, on one side only, or nobody knows."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from whence.model.node import Node
from whence.query.diff.align import ThingPair
from whence.query.diff.comparison import Comparison
from whence.query.diff.difference import What

Standing = What | Literal["same"]

MEMBERS_TOLD = 50
"""How many members of a folder are named; the others are counted."""


def sha256_of(node: Node | None) -> str | None:
    """The content of a file, if it is there and known."""
    return None if node is None or node.digest is None else node.digest.sha256


def nodes_of(comparison: Comparison, pair: ThingPair) -> tuple[Node | None, Node | None]:
    """The two files."""
    a = None if pair.a is None else comparison.node(pair.a)
    b = None if pair.b is None else comparison.node(pair.b)
    return a, b


def name_of(comparison: Comparison, pair: ThingPair) -> str:
    """How a pair is called: as the second side does, if it is there."""
    a, b = nodes_of(comparison, pair)
    node = b or a
    assert node is not None
    return node.name


def standing(
    comparison: Comparison, pair: ThingPair, unread: Collection[str] = frozenset()
) -> Standing:
    """How a pair stands.

    Args:
        comparison: The two lineages.
        pair: The two files.
        unread: Names of files, folders above all, whose content is known in part only: what is
            known of them may be equal without their being so.
    """
    if pair.a is None:
        return "only_in_b"
    if pair.b is None:
        return "only_in_a"
    a, b = nodes_of(comparison, pair)
    if a is not None and pair.a == pair.b:
        return "unknown" if a.name in unread else "same"
    one, other = sha256_of(a), sha256_of(b)
    if one is None or other is None:
        return "unknown"
    if one != other:
        return "changed"
    assert a is not None
    assert b is not None
    return "unknown" if a.name in unread or b.name in unread else "same"


def describe(comparison: Comparison, handle: int | None) -> dict[str, Any] | None:
    """A file in short: ``artifact``, ``name``, ``kind``, ``sha256``, ``size``, ``rows``."""
    if handle is None:
        return None
    account = comparison.account_of(handle)
    node = account.node
    return {
        "artifact": node.id,
        "name": node.name,
        "kind": node.kind.value,
        "sha256": sha256_of(node),
        "size": account.said("file").get("size"),
        "rows": account.said("table").get("rows"),
    }


def look_inside(comparison: Comparison, pair: ThingPair) -> dict[str, Any]:
    """What changed inside a changed pair: rows of a table, members of a folder."""
    a, b = nodes_of(comparison, pair)
    one, other = sha256_of(a), sha256_of(b)
    if one is None or other is None or pair.a is None or pair.b is None:
        return {}
    assert b is not None
    members = tuple(
        comparison.account_of(each).said("manifest").get("members") for each in (pair.a, pair.b)
    )
    if members[0] is not None and members[1] is not None:
        return {"members": _compare_members(_by_path(members[0]), _by_path(members[1]))}
    table = comparison.tables(one, other, b.name)
    return {} if table is None else {"table": table}


def _by_path(members: Collection[Any]) -> dict[str, str]:
    return {path: sha256 for path, _, sha256 in members}


def _compare_members(a: Mapping[str, str], b: Mapping[str, str]) -> dict[str, Any]:
    groups = {
        "added": sorted(b.keys() - a.keys()),
        "removed": sorted(a.keys() - b.keys()),
        "changed": sorted(path for path in a.keys() & b.keys() if a[path] != b[path]),
    }
    return {
        **{what: len(paths) for what, paths in groups.items()},
        "unchanged": len(a) - len(groups["removed"]) - len(groups["changed"]),
        "paths": {what: paths[:MEMBERS_TOLD] for what, paths in groups.items()},
    }
