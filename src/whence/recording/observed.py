"""Observations as JSON values and back: how runs travel to a store that is elsewhere.

One message holds a run with all its parts, so that they are kept together or not at all. It is
no record yet: whoever receives it composes, with what the store knows at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from whence.errors import InvalidRecordError, WireError
from whence.model.identity import NodeId
from whence.model.record import Record
from whence.recording.observation import RunSeen
from whence.recording.recorder import Composer, run_composer
from whence.store.interface import Reader
from whence.wire.shapes import decode, encode, schema_of

VERSION = 1
"""The version of the message's form that this Whence writes."""

_NONSENSE = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What composing runs into when an observation contradicts itself."""

_FIELDS = frozenset({"v", "project", "runs"})


@dataclass(frozen=True, slots=True)
class Observation:
    """What somebody saw, told in one message."""

    runs: tuple[RunSeen, ...]
    """The run, then its parts; never empty."""
    project: str = ""
    """Whose it is to be; empty where the receiver may choose."""

    @property
    def id(self) -> NodeId:
        """The run's id, by which saying it again keeps it once."""
        return self.runs[0].id


def encode_runs(runs: Sequence[RunSeen], project: str = "") -> dict[str, Any]:
    """Runs as a JSON object (see ``schemas/observation-1.json``)."""
    told: dict[str, Any] = {"v": VERSION, "runs": [encode(each) for each in runs]}
    return told | ({"project": project} if project else {})


def decode_runs(value: Any) -> Observation:
    """The observation that a JSON value tells of.

    Raises:
        WireError: it is none of a version that this Whence knows; says where.
    """
    if not isinstance(value, dict):
        raise WireError(f"observation: expected an object, got {type(value).__name__}")
    version = value.get("v")
    if type(version) is int and version > VERSION:
        raise WireError(
            f"an observation of version {version}; this Whence reads up to {VERSION}",
            hint="install a newer whence there",
        )
    if version != VERSION or type(version) is not int:
        raise WireError(f"observation.v: expected {VERSION}, got {version!a:.80}")
    if not value.keys() <= _FIELDS:
        raise WireError(f"observation: unknown fields {sorted(value.keys() - _FIELDS)}")
    runs, project = value.get("runs"), value.get("project", "")
    if not isinstance(runs, list) or not runs:
        raise WireError("observation.runs: expected an array of at least one run")
    if not isinstance(project, str):
        raise WireError(f"observation.project: expected string, got {type(project).__name__}")
    told = enumerate(runs)
    return Observation(
        tuple(decode(RunSeen, each, f"observation.runs[{at}]") for at, each in told), project
    )


def observation_schema() -> dict[str, Any]:
    """What ``schemas/observation-1.json`` holds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://w3id.org/whence/schema/observation-1.json",
        "title": "What was seen of a run, and of its parts, told to a store that is elsewhere",
        "type": "object",
        "properties": {
            "v": {"const": VERSION},
            "project": {"type": "string"},
            "runs": {"type": "array", "minItems": 1, "items": schema_of(RunSeen)},
        },
        "required": ["v", "runs"],
        "additionalProperties": False,
    }


def composers(observation: Observation) -> list[Composer]:
    """What makes the records of an observation that came from elsewhere.

    They raise ``InvalidRecordError`` for whatever in it makes no sense, since nobody here saw it.
    """
    return [
        _sensible(each.id, run_composer(each, observation.project)) for each in observation.runs
    ]


def _sensible(run: NodeId, composer: Composer) -> Composer:
    def compose(reader: Reader, time: str) -> Record:
        try:
            return composer(reader, time)
        except _NONSENSE as error:
            raise InvalidRecordError(f"run {run} makes no sense: {error}") from error

    return compose
