"""A verdict as a record of its own, on the run, on the files it speaks of, on their versions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from whence import __version__
from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.moment import now
from whence.model.record import Record
from whence.query.account import account_for
from whence.reproduction.plan import Plan
from whence.reproduction.verdict import FileVerdict, Verdict, finite
from whence.store.interface import Direction, Reader
from whence.workspace import Workspace

FACET = "verdict"
_SOURCE = f"whence-reproduce/{__version__}"
_FILES = 200
"""How many files a verdict tells of one by one."""


def record_verdict(workspace: Workspace, plan: Plan, verdict: Verdict) -> Verdict:
    """Keep a verdict; it comes back with its id and its time."""
    verdict_id, at = new_id(), now()
    told = {**verdict.evidence, "verdict": verdict_id, "at": at}
    verdict = replace(verdict, evidence=told)

    def compose(reader: Reader, time: str) -> Record:
        facets = tuple(_facets(reader, plan, verdict, verdict_id[:12]))
        return Record(verdict_id, FACET, time, _SOURCE, facets=facets)

    workspace.recorder.record([compose])
    return verdict


def known_repeats(workspace: Workspace, run: NodeId) -> dict[str, list[float]]:
    """What metrics of a run came to with other seeds, as its latest verdict that knows has it."""
    with workspace.reading() as reader:
        handle = reader.find(run)
        told = {} if handle is None else account_for(reader, handle).said(FACET)
    latest = sorted(
        (each for each in told.values() if each.get("repeats")), key=lambda each: str(each["at"])
    )
    if not latest:
        return {}
    return {name: list(values) for name, values in latest[-1]["repeats"].items()}


def _facets(reader: Reader, plan: Plan, verdict: Verdict, key: str) -> Iterator[Facet]:
    """The verdict for the run, and what it says of each file for the file and its versions."""
    target = plan.target.recipe
    whole = _plain(verdict)
    nodes: dict[NodeId, dict[str, Any]] = {target.run: whole}
    by_name = {each.name: each for each in verdict.files}
    for step in plan.steps:
        for need in step.recipe.outputs:
            found = by_name.get(need.name)
            if need.artifact is None or found is None:
                continue
            told = {**_short(whole), "run": step.recipe.run}
            if found.comparison is not None:
                told["likeness"] = found.comparison.likeness.value
            nodes.setdefault(need.artifact, told)
            for version in _versions(reader, need.artifact):
                nodes.setdefault(version, told)
    if plan.asked is not None:
        nodes.setdefault(plan.asked, _short(whole))
    for node, data in nodes.items():
        if reader.find(node) is not None:
            yield Facet(node, FACET, Basis.OBSERVED, {key: data})


def _versions(reader: Reader, artifact: NodeId) -> list[NodeId]:
    handle = reader.find(artifact)
    links = [] if handle is None else reader.links([handle], Direction.EFFECTS)
    pins = [link.origin for link in links if link.kind is EdgeKind.PINS]
    return [node.id for node in reader.nodes(pins)]


def _plain(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON that a record can hold."""
    told: dict[str, Any] = {
        "standing": verdict.standing.value,
        "why": verdict.why,
        "first": verdict.first,
        "causes": list(verdict.causes),
        "repeats_itself": verdict.repeats_itself,
        "notes": list(verdict.notes),
        "said": verdict.said[-2000:],
        "files": [_file(each) for each in verdict.files[:_FILES]],
        "metrics": [
            {
                "name": each.name,
                "recorded": each.recorded,
                "again": each.again,
                "interval": None if each.interval is None else list(each.interval),
            }
            for each in verdict.metrics[:_FILES]
        ],
        **verdict.evidence,
    }
    return {k: finite(v) for k, v in told.items() if v not in (None, "", [], {}, ())}


def _file(each: FileVerdict) -> dict[str, Any]:
    found = each.comparison
    return {
        "name": each.name,
        "likeness": "missing" if found is None else found.likeness.value,
        "reason": "" if found is None else found.reason[:300],
        "harmless": [] if found is None else list(found.harmless),
    }


def _short(whole: Mapping[str, Any]) -> dict[str, Any]:
    names = ("standing", "why", "at", "verdict", "environment", "run", "replays")
    return {name: whole[name] for name in names if name in whole}
