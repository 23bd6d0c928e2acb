"""The answer as JSON, for scripts and for other views."""

from typing import Any

from whence.query.diff.difference import Candidate, Change, Compared, Difference, LayerDiff
from whence.query.diff.sentence import summarise


def difference_json(difference: Difference) -> dict[str, Any]:
    """The answer as ``schemas/difference-1.json`` has it."""
    return {
        "a": _compared_json(difference.a),
        "b": _compared_json(difference.b),
        "status": difference.status,
        "summary": summarise(difference),
        "incomparable": list(difference.incomparable),
        "ranking": [
            {"rank": rank, **_candidate_json(each)}
            for rank, each in enumerate(difference.ranking, 1)
        ],
        "evaluations": {
            side: [dict(each) for each in told] for side, told in difference.evaluations.items()
        },
        "steps": [{"job": each.job, "a": each.a, "b": each.b} for each in difference.steps],
        "layers": {name: _layer_json(layer) for name, layer in difference.layers.items()},
    }


def _compared_json(compared: Compared) -> dict[str, Any]:
    told: dict[str, Any] = {"id": compared.id, "kind": compared.kind, "name": compared.name}
    if compared.sha256 is not None:
        told["digest"] = {"sha256": compared.sha256}
    if compared.run is not None:
        told["run"] = dict(compared.run)
    return told


def _layer_json(layer: LayerDiff) -> dict[str, Any]:
    told: dict[str, Any] = {
        "status": layer.status,
        "changes": [_change_json(change) for change in layer.changes],
    }
    if layer.notes:
        told["notes"] = list(layer.notes)
    if layer.state:
        told["state"] = dict(layer.state)
    return told


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    told: dict[str, Any] = {
        "layer": candidate.layer,
        "name": candidate.name,
        "kind": candidate.kind,
        "weight": candidate.weight,
        "says": candidate.says,
        "why": candidate.why,
        "what": candidate.change.what,
        "change": candidate.change.name,
        "steps": list(candidate.change.steps),
    }
    return {**told, "edit": dict(candidate.edit)} if candidate.edit is not None else told


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "name": change.name,
        "a": change.a,
        "b": change.b,
        "step": change.steps[0] if change.steps else None,
        "steps": list(change.steps),
        **change.detail,
    }
