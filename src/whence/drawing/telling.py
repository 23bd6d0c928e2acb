"""What is told of a thing beside its name, in words that trees and pictures share."""

from collections.abc import Iterable, Mapping
from typing import Any

from whence.drawing.figures import counted, duration_text, elapsed, size_text
from whence.model.deployment import WHOLE, percent_text
from whence.model.gap import GAP_KINDS, Gap
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.query.lineage import Lineage, LineageNode

TROUBLED = frozenset({"failed", "killed"})
"""States of a run that no view may hide."""

SHORT = 8
"""How many characters of an id or a digest are shown."""


def telling_length(ids: Iterable[str]) -> int:
    """How many characters of these ids it takes to tell each from the others.

    Ids that other tools give may begin with the time, so that those of one hour begin alike.
    """
    told = set(ids)
    length = SHORT
    while len({each[:length] for each in told}) < len(told):
        length += 1
    return length


def is_troubled(each: LineageNode) -> bool:
    """Whether it is a run that ended badly."""
    return each.facts.get("state") in TROUBLED


def state_text(facts: Mapping[str, Any]) -> str:
    """How a run ended, in words: ``completed``, ``failed (exit status 1)``, ``end unknown``."""
    state = facts.get("state") or "unknown"
    if state == "failed" and facts.get("exit_status") is not None:
        return f"failed (exit status {facts['exit_status']})"
    if state == "killed" and facts.get("signal"):
        return f"killed ({facts['signal']})"
    return "end unknown" if state == "unknown" else str(state)


def duration_of(facts: Mapping[str, Any]) -> str:
    """How long a run took; empty where that is unknown."""
    took = elapsed(facts.get("started_at"), facts.get("ended_at"))
    return "" if took is None else duration_text(took)


def digest_text(each: LineageNode) -> str:
    """The first characters of an artifact's digest, or that its content is unknown."""
    if not each.node.is_artifact:
        return ""
    if each.node.digest is None:
        return "content unknown"
    return f"sha256:{each.node.digest.sha256[:SHORT]}"


def content_facts(each: LineageNode) -> list[str]:
    """Size, rows and files of an artifact, as far as known."""
    told = []
    if isinstance(size := each.facts.get("size"), int):
        told.append(size_text(size))
    if isinstance(rows := each.facts.get("rows"), int):
        told.append(counted(rows, "row", "rows"))
    if isinstance(files := each.facts.get("files"), int):
        told.append(counted(files, "file", "files"))
    if each.node.kind is NodeKind.ENVIRONMENT:
        told += environment_facts(each.facts)
    if each.node.kind is NodeKind.DEPLOYMENT:
        told += deployment_facts(each.facts)
    return told


def deployment_facts(facts: Mapping[str, Any]) -> list[str]:
    """Whether a deployment is live, with its share, or since when it no more is."""
    if facts.get("state") == "live":
        share = facts.get("traffic")
        part = "" if share in {None, WHOLE} else f", {percent_text(float(share))}"
        return [f"live{part} since {str(facts.get('from'))[:10]}"]
    return [f"ended {str(facts['until'])[:10]}"] if facts.get("until") else []


def environment_facts(facts: Mapping[str, Any]) -> list[str]:
    """Interpreter and packages of an environment."""
    told = []
    if python := facts.get("python"):
        told.append(f"Python {python}")
    if packages := facts.get("packages"):  # none at all means that nobody could look
        told.append(counted(packages, "package", "packages"))
    return told


def code_facts(runs: Iterable[LineageNode]) -> list[str]:
    """The commit that runs used the code at; nothing where they do not agree."""
    states = {(each.facts.get("commit"), each.facts.get("dirty")) for each in runs}
    if len(states) != 1:
        return []
    ((commit, dirty),) = states
    told = [f"commit {str(commit)[:7]}"] if commit else []
    return [*told, "uncommitted changes"] if dirty else told


def gap_text(gap: Gap, name: str) -> str:
    """A gap in words; what it is about is left out where that is the thing it is told beside."""
    reason = gap.reason or GAP_KINDS.get(gap.kind, gap.kind)
    return reason if gap.about in {"", name} else f"{gap.about}: {reason}"


def place_gaps(lineage: Lineage) -> tuple[dict[NodeId, tuple[Gap, ...]], tuple[Gap, ...]]:
    """The gaps at the things they belong to, and those that belong to none.

    A gap that no node carries is placed by what it is about: an id, or a name.
    """
    at: dict[NodeId, dict[Gap, None]] = {
        each.node.id: dict.fromkeys(each.gaps) for each in lineage.nodes
    }
    named: dict[str, NodeId] = {}
    for each in lineage.nodes:
        named.setdefault(each.node.name, each.node.id)
        named[each.node.id] = each.node.id
    carried = {gap for gaps in at.values() for gap in gaps}
    elsewhere: dict[Gap, None] = {}
    for gap in lineage.gaps:
        if gap not in carried:
            node = named.get(gap.about)
            (elsewhere if node is None else at[node])[gap] = None
    return {node: tuple(gaps) for node, gaps in at.items()}, tuple(elsewhere)
