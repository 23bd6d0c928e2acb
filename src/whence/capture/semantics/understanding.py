"""Everything that was told inside the processes of a run, put together."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from whence.capture.agent.reports import Telling
from whence.capture.semantics.addresses import address_of
from whence.capture.semantics.flow import read_flow
from whence.capture.semantics.metrics import read_metrics
from whence.capture.semantics.parameters import Configured, merge_parameters, read_parameters
from whence.capture.semantics.seeds import read_seeds
from whence.capture.semantics.tables import name_tables
from whence.model.gap import GAP_KINDS, Gap
from whence.recording.observation import Flow
from whence.recording.redact import redact_text


class Names(Protocol):
    """How paths are called."""

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""

    def location_of(self, path: str) -> str:
        """The path as a URI."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What the record will say of it."""

    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    seeds: Mapping[str, Any]
    steps: Mapping[str, Any]
    flows: tuple[Flow, ...]
    models: Mapping[str, Mapping[str, Any]]
    """Location → facts of the model that was written there."""
    sketches: Mapping[str, bytes]
    cells: tuple[Mapping[str, Any], ...]
    gaps: tuple[Gap, ...]


def understand(
    told: Sequence[Telling],
    outside: Mapping[str, Any],
    variables: Mapping[str, str],
    names: Names,
) -> Understood:
    """Read what was told.

    Args:
        told: All tellings, process after process; what has not its form is left out.
        outside: Parameters as they look from outside.
        variables: Environment variables of the run.
        names: How paths are called.
    """

    def location_of(place: str) -> str:
        return address_of(place, {}).uri if "://" in place else names.location_of(place)

    def name_of(place: str) -> str:
        return address_of(place, {}).uri if "://" in place else names.name_of(place)

    def place(where: str) -> str:
        path, colon, line = where.rpartition(":")
        if path in cells:
            return f"cell {cells[path]}, line {line}"
        return f"{names.name_of(path)}:{line}" if colon and path.startswith("/") else where

    told = name_tables([each for each in told if _is_whole(each)])
    cells = {
        each.fields["file"]: each.fields["number"]
        for each in told
        if each.event == "cell" and each.fields.get("file")
    }
    gaps: list[Gap] = []
    inside, configured, more = _try("parameters", read_parameters, told, gaps)
    gaps += more
    parameters = merge_parameters(outside, inside, configured)
    metrics, more = _try("metrics", read_metrics, told, gaps)
    gaps += more
    seeds, more = _try(
        "seeds", lambda some: read_seeds(some, parameters, variables, place), told, gaps
    )
    gaps += more
    flow = _try("steps", lambda some: read_flow(some, name_of, place), told, gaps)
    return Understood(
        parameters=_named(parameters, configured, names),
        metrics=metrics,
        seeds=seeds,
        steps=flow.steps,
        flows=tuple(
            replace(each, made=location_of(each.made), of=location_of(each.of))
            for each in flow.flows
        ),
        models={location_of(place): facts for place, facts in flow.models.items()},
        sketches=flow.sketches,
        cells=tuple(_cell(each.fields) for each in told if each.event == "cell"),
        gaps=tuple(gaps) + _gaps(told),
    )


_Read = TypeVar("_Read")


def _try(
    about: str,
    read: Callable[[Sequence[Telling]], _Read],
    told: Sequence[Telling],
    gaps: list[Gap],
) -> _Read:
    """What a reader finds. Tellings come from programs: what breaks a reader is a gap, no more."""
    try:
        return read(told)
    except Exception as error:  # noqa: BLE001  the rest of the run is worth recording
        reason = f"what hooks told of it could not be read: {error!r}"
        gaps.append(Gap("observer-blind", about, reason[:300], "report it: it is an error of ours"))
        return read(())


def _named(parameters: Mapping[str, Any], configured: Configured, names: Names) -> dict[str, Any]:
    """Sources that are files, called as the record calls them."""
    found = {}
    for name, detail in parameters.items():
        head, comma, origin = str(detail["source"]).partition(", ")
        if comma and origin.startswith("/") and name in configured.values:
            found[name] = {**detail, "source": f"{head}, {names.name_of(origin)}"}
        else:
            found[name] = detail
    return found


def _cell(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A cell as the record has it, secrets taken out of its source."""
    left_out = {"event", "file"}
    told = {
        name: value
        for name, value in fields.items()
        if name not in left_out and value not in ("", None)
    }
    return {**told, "source": redact_text(fields["source"])}


def _gaps(told: Sequence[Telling]) -> tuple[Gap, ...]:
    found = []
    for each in told:
        if each.event == "gap" and each.fields["kind"] in GAP_KINDS:
            fields = each.fields
            found.append(
                Gap(fields["kind"], fields["about"], fields["reason"], fields.get("remedy") or "")
            )
    return tuple(dict.fromkeys(found))


_FORMS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "parameters": {"owner": str, "values": dict},
    "configured": {"source": str, "values": dict, "origins": dict},
    "metric": {"name": str, "value": (int, float, str)},
    "seed": {"name": str},
    "random": {"name": str, "seeded": bool},
    "object": {"n": int},
    "read": {"n": int, "location": str, "by": str},
    "write": {"location": str, "by": str},
    "derived": {"n": int, "of": list},
    "step": {"kind": str, "by": str, "inputs": dict, "outputs": dict},
    "cell": {"number": int, "source": str},
    "gap": {"kind": str, "about": str, "reason": str},
    "fork": {"parent": int},
}
"""Event → the fields that it must have, with their types; other events are left as they are."""


def _is_whole(telling: Telling) -> bool:
    form = _FORMS.get(telling.event, {})
    with suppress(KeyError):
        return all(isinstance(telling.fields[name], kinds) for name, kinds in form.items())
    return False
