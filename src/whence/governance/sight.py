"""What there was to see of a thing: a digest to sign, and a list to tell later what changed.

In it stands all that somebody who approves relies on: everything that the thing comes from, with
digests; how these are joined; what is not known of them; how it was measured; what people say of
licences, tags and versions; and who made it. What is decided about the thing (approvals, verdicts,
waivers, aliases) is not in it: deciding changes nothing that was seen.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whence.governance.case import Case
from whence.model.digest import Digest
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.query.account import account_for
from whence.store.interface import GraphReader
from whence.wire.canonical import canonical

FACET = "sight"

KEPT = 5_000
"""Up to so many things and edges the list is kept; of more, their number and the digest."""

STATEMENTS = ("claims", "description", "licence", "owners", "retired", "tags")
"""What people say of a thing that matters to whoever approves it."""

_LONGEST = 300

PARTS: Mapping[str, tuple[str, ...]] = {
    "things": ("id", "kind", "name", "sha256"),
    "edges": ("from", "to", "kind", "basis", "role"),
    "gaps": ("kind", "about", "reason"),
    "evaluations": ("metric", "value", "on", "run"),
    "statements": ("node", "name", "facet", "says"),
    "authors": ("name",),
}
"""What a sight consists of: part → the columns of its rows."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What there was to see, as rows of text in a fixed order."""

    rows: Mapping[str, tuple[tuple[str, ...], ...]]
    """Part → rows, sorted; see ``PARTS``."""
    truncated: bool

    def canonical(self) -> bytes:
        """What the digest is of."""
        told = {part: [list(row) for row in rows] for part, rows in self.rows.items()}
        return canonical({"v": 1, "truncated": self.truncated, **told})

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def node(self) -> NodeId:
        """The id under which it is kept: the same wherever the same was seen."""
        return derived_id("sight", self.digest)

    def kept(self, name: str) -> tuple[Node, Facet]:
        """The sight as a document that a record can hold."""
        told: dict[str, Any] = {"counts": {part: len(rows) for part, rows in self.rows.items()}}
        if len(self.rows["things"]) + len(self.rows["edges"]) <= KEPT:
            told |= {part: [list(row) for row in rows] for part, rows in self.rows.items()}
        node = Node(self.node, NodeKind.DOCUMENT, f"what was seen of {name}", Digest(self.digest))
        return node, Facet(self.node, FACET, Basis.OBSERVED, told)


def look(case: Case) -> Sight:
    """What there is to see of a thing now."""
    lineage = case.lineage
    rows: dict[str, Iterable[tuple[str, ...]]] = {
        "things": (
            (
                each.node.id,
                each.node.kind.value,
                each.node.name,
                each.node.digest.sha256 if each.node.digest else "",
            )
            for each in lineage.nodes
        ),
        "edges": (
            (each.origin, each.target, each.kind, each.basis, each.role) for each in lineage.edges
        ),
        "gaps": ((each.kind, each.about, each.reason) for each in lineage.gaps),
        "evaluations": _evaluations(case),
        "statements": _statements(case),
        "authors": ((name,) for name in case.authors),
    }
    return Sight(
        {part: tuple(sorted(set(rows[part]))) for part in PARTS}, truncated=lineage.truncated
    )


def _evaluations(case: Case) -> Iterator[tuple[str, ...]]:
    for each in case.evaluations:
        run = case.node_of(each.run).id
        on = ", ".join(
            f"{name} {digest[:12]}".strip()
            for name, digest in zip(each.ground.names, each.ground.digests, strict=True)
        )
        for metric, (value, _) in each.metrics.items():
            yield metric, repr(value), on, run


def _statements(case: Case) -> Iterator[tuple[str, ...]]:
    """What people say of everything in the ancestry, and of the line that the thing belongs to."""
    handles = list(case.ancestry)
    if case.line is not None:
        handles.append(case.line)
    for handle in handles:
        account = case.account(handle)
        for facet in STATEMENTS:
            if facet in account.facets:
                text = canonical(account.said(facet)).decode()
                if len(text) > _LONGEST:
                    text = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
                yield account.node.id, account.node.name, facet, text


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than it was seen."""

    part: str
    how: str
    """``added``, ``gone`` or ``changed``."""
    text: str
    """One sentence, without its full stop."""
    node: str = ""

    def as_json(self) -> dict[str, str]:
        """As ``schemas/approvals-1.json`` has it."""
        told = {"part": self.part, "how": self.how, "text": self.text}
        return told | ({"node": self.node} if self.node else {})


def read_sight(reader: GraphReader, digest: str) -> dict[str, Any] | None:
    """What is kept of what was seen; ``None`` where nothing is."""
    handle = reader.find(derived_id("sight", digest))
    return None if handle is None else account_for(reader, handle).said(FACET) or None


def changes(seen: Mapping[str, Any] | None, now: Sight) -> list[Change]:
    """What is otherwise now, told one by one where the list was kept."""
    if seen is None:
        return [Change("things", "changed", "what was seen is not in this record")]
    if "things" not in seen:
        return list(_by_count(seen, now))
    found: list[Change] = []
    names = {row[0]: row[2] for row in (*seen["things"], *now.rows["things"])}
    new = {row[0] for row in now.rows["things"]} - {row[0] for row in seen["things"]}
    for part in PARTS:
        before = {tuple(map(str, row)) for row in seen.get(part, ())}
        after = set(now.rows[part])
        if part == "statements":
            found += _said_since(before - after, after - before)
            continue
        for how, rows in (("gone", before - after), ("added", after - before)):
            for row in sorted(rows):
                if part == "edges" and how == "added" and new & {row[0], row[1]}:
                    continue  # the new thing is told already
                text = _SENTENCES[part, how](row, names)
                found.append(Change(part, how, text, row[0] if part == "things" else ""))
    return found


def _said_since(before: set[tuple[str, ...]], after: set[tuple[str, ...]]) -> Iterator[Change]:
    """What people say otherwise now, each thing and facet once."""
    old = {row[:3]: row[3] for row in before}
    new = {row[:3]: row[3] for row in after}
    for key in sorted(old.keys() | new.keys()):
        node, name, facet = key
        how = "changed" if key in old and key in new else "added" if key in new else "gone"
        for text in _words(facet, _parsed(old.get(key)), _parsed(new.get(key))):
            yield Change("statements", how, f"{name} {text}", node)


def _parsed(text: str | None) -> dict[str, Any]:
    """What was said; of what was too long to be kept, its digest."""
    if text is None:
        return {}
    told = json.loads(text) if text.startswith("{") else {"": text}
    return {key: value for key, value in told.items() if value is not None}


def _words(facet: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    keys = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    if facet != "tags" or "" in keys:
        what = _CALLED.get(facet, facet)
        told = new.get("id") or new.get("text") or ""
        is_now = f"{what} is now {told!r}" if told and "" not in keys else f"{what} has changed"
        yield f"no longer has a {what}" if not new else f"({is_now})"
        return
    for key in keys:
        value = new.get(key)
        tag = f"{key}={value}" if value not in (None, "", "true") else key
        yield f"is no longer tagged {key}" if key not in new else f"is now tagged {tag}"


_CALLED = {"claims": "what others say of it", "retired": "retirement"}


def _by_count(seen: Mapping[str, Any], now: Sight) -> Iterator[Change]:
    for part in PARTS:
        before, after = int(seen.get("counts", {}).get(part, 0)), len(now.rows[part])
        if before != after:
            yield Change(part, "changed", f"{before:,} {part} were seen, now there are {after:,}")
    yield Change("things", "changed", "the list of what was seen was too long to be kept")


def _named(names: Mapping[str, str], node: str) -> str:
    return names.get(node, node[:8])


_SENTENCES: Mapping[tuple[str, str], Any] = {
    ("things", "added"): lambda row, _: f"it also comes from the {_kind(row[1])} {row[2]}",
    ("things", "gone"): lambda row, _: f"it no longer comes from the {_kind(row[1])} {row[2]}",
    ("edges", "added"): lambda row, names: (
        f"{_named(names, row[0])} {_verb(row[2])} {_named(names, row[1])} ({row[3]})"
    ),
    ("edges", "gone"): lambda row, names: (
        f"{_named(names, row[0])} no longer {_verb(row[2])} {_named(names, row[1])} ({row[3]})"
    ),
    ("gaps", "added"): lambda row, _: f"not known now: {row[1]}: {row[2]} ({row[0]})",
    ("gaps", "gone"): lambda row, _: f"known by now: {row[1]} ({row[0]})",
    ("evaluations", "added"): lambda row, _: f"{row[0]} was measured: {row[1]} on {row[2]}",
    ("evaluations", "gone"): lambda row, _: f"{row[0]} {row[1]} on {row[2]} is not there any more",
    ("authors", "added"): lambda row, _: f"{row[0]} is among its authors",
    ("authors", "gone"): lambda row, _: f"{row[0]} is not among its authors any more",
}


def _kind(kind: str) -> str:
    return kind.replace("_", " ")


def _verb(kind: str) -> str:
    return {
        "used": "used",
        "generated_by": "was made by",
        "derived_from": "comes from",
        "has_member": "holds",
        "informed_by": "was told by",
        "pins": "is",
        "deploys": "deploys",
        "part_of": "is part of",
    }.get(kind, kind)
