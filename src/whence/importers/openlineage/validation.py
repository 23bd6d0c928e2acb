"""Whether an event keeps to the OpenLineage specification, and if not, what is wrong and where.

Core and all standard facets are compiled into one validator for each sort of event. Facets are
found by the slot in which they stand and their key; those that the specification does not know
are held to the form of a facet alone. What real producers leave out is accepted and told.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from whence.errors import UsageError, WireError

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

_FOLDER = "schemas"
_CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"

_SLOTS_BY_SUFFIX: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("BaseSubsetDatasetFacet", ("input", "output")),
    ("DataQualityAssertionsDatasetFacet", ("input", "dataset")),
    ("LineageFacet", ("dataset", "job")),
    ("InputDatasetFacet", ("input",)),
    ("OutputDatasetFacet", ("output",)),
    ("DatasetFacet", ("dataset",)),
    ("RunFacet", ("run",)),
    ("JobFacet", ("job",)),
)
"""The end of a schema's name → where its facet may stand; the first that fits."""

_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "run": "RunFacet",
        "job": "JobFacet",
        "dataset": "DatasetFacet",
        "input": "InputDatasetFacet",
        "output": "OutputDatasetFacet",
    }
)
"""Where a facet stands → what the core asks of it there."""

_MAY_LACK = frozenset({"producer", "schemaURL", "_producer", "_schemaURL"})
"""What the specification asks for and real producers leave out: told, not refused."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    where: str
    """A JSON Pointer (RFC 6901) into the event."""
    what: str


@dataclass(frozen=True, slots=True)
class Sort:
    """One of the three sorts of events."""

    name: str
    """As the specification calls it."""
    mark: str
    """The field by which it is known."""


SORTS = (Sort("RunEvent", "run"), Sort("DatasetEvent", "dataset"), Sort("JobEvent", "job"))
"""In the order in which they are recognised."""


def sort_of(event: Any) -> str:
    """Which sort of event this is.

    Raises:
        WireError: none.
    """
    if not isinstance(event, dict):
        raise WireError(f"an event is a JSON object, not {_kind(event)}")
    for sort in SORTS:
        if sort.mark in event:
            return sort.name
    raise WireError(
        "an event has the field `run`, `dataset` or `job`; this one has none of them",
        hint="see https://openlineage.io/spec/2-0-2/OpenLineage.json",
    )


def check_event(event: Any) -> tuple[str, ...]:
    """Hold an event to the specification; what it lacks and may lack, as JSON Pointers.

    Raises:
        WireError: it breaks the specification; says what and where.
        UsageError: the package that checks is not installed.
    """
    name = sort_of(event)
    validator = _validator(name)
    if validator.is_valid(event):
        return ()
    lacks: list[str] = []
    problems: list[Problem] = []
    for error in validator.iter_errors(event):
        for problem, lack in _read(error):
            if lack:
                lacks.append(problem.where)
            else:
                problems.append(problem)
    if problems:
        told = list(dict.fromkeys(problems))
        more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        text = "; ".join(f"{each.where or '/'}: {each.what}" for each in told[:_SHOWN])
        raise WireError(f"not a {name}: {text}{more}", hint=f"see {_CORE}")
    return tuple(sorted(set(lacks)))


def is_facet(slot: str, key: str, value: Any) -> bool:
    """Whether an event lacks nothing for holding a facet.

    Args:
        slot: Where it stands: ``run``, ``job``, ``dataset``, ``input`` or ``output``.
        key: By which name.
        value: The facet.

    Raises:
        UsageError: the package that checks is not installed.
    """
    return _facet_validator(slot, key if (slot, key) in standard_facets() else "").is_valid(value)


def _read(error: "ValidationError") -> Iterator[tuple[Problem, bool]]:
    """The problems that an error stands for, each with whether it may be let pass."""
    where = "".join(f"/{_escaped(each)}" for each in error.instance_path)
    lacking = getattr(error.kind, "property", None)
    if lacking in _MAY_LACK:
        yield Problem(f"{where}/{lacking}", "is missing"), True
        return
    branches = [
        [found for each in branch for found in _read(each)]
        for branch in getattr(error.kind, "context", ())
    ]
    passable = [branch for branch in branches if branch and all(lack for _, lack in branch)]
    nearest = min(passable or branches, key=len, default=[])
    if nearest:
        yield from nearest
    else:
        yield Problem(where, _short(error.message)), False


@cache
def _facet_validator(slot: str, key: str) -> "Draft202012Validator":
    forms = [{"$ref": f"{_CORE}#/$defs/{_FORMS[slot]}"}]
    if key:
        forms.append({"$ref": standard_facets()[slot, key]})
    return _compiled({"allOf": forms})


@cache
def _validator(name: str) -> "Draft202012Validator":
    return _compiled(_whole(name))


def _compiled(schema: Mapping[str, Any]) -> "Draft202012Validator":
    try:
        import jsonschema_rs  # noqa: PLC0415  an extra
    except ImportError as error:
        raise UsageError(
            "events are checked by a package that is not installed: jsonschema-rs",
            hint="pip install 'whence[openlineage]'",
        ) from error
    schemas = {schema["$id"]: schema for schema in _vendored()}
    registry = jsonschema_rs.Registry(list(schemas.items()))
    return jsonschema_rs.Draft202012Validator(dict(schema), registry=registry)


def _whole(name: str) -> dict[str, Any]:
    """One schema for a sort of event: the core's, and each standard facet's at its place."""
    slots: dict[str, dict[str, Any]] = {}
    for slot, key, reference in _facets():
        slots.setdefault(slot, {})[key] = {"$ref": reference}

    def holding(**members: str) -> dict[str, Any]:
        told = {
            member: {"type": "object", "properties": slots[slot]}
            for member, slot in members.items()
        }
        return {"properties": told}

    dataset = {"items": holding(facets="dataset", inputFacets="input", outputFacets="output")}
    own = {
        "run": holding(facets="run"),
        "job": holding(facets="job"),
        "inputs": dataset,
        "outputs": dataset,
        "dataset": holding(facets="dataset"),
    }
    return {"allOf": [{"$ref": f"{_CORE}#/$defs/{name}"}, {"properties": own}]}


@cache
def _facets() -> tuple[tuple[str, str, str], ...]:
    """Every standard facet: slot, key, and the address of its schema."""
    found = []
    for schema in _vendored():
        stem = schema["$id"].rpartition("/")[2].removesuffix(".json")
        for key, said in schema.get("properties", {}).items() if stem != "OpenLineage" else ():
            slots = next(slots for suffix, slots in _SLOTS_BY_SUFFIX if stem.endswith(suffix))
            found += [(slot, key, f"{schema['$id']}{_definition(said, slot)}") for slot in slots]
    return tuple(found)


def _definition(said: Mapping[str, Any], slot: str) -> str:
    """Which definition of a schema is meant in a slot."""
    if "$ref" in said:
        return str(said["$ref"])
    wanted = f"Lineage{slot.capitalize()}Facet"
    return next(str(each["$ref"]) for each in said["anyOf"] if each["$ref"].endswith(wanted))


@cache
def standard_facets() -> Mapping[tuple[str, str], str]:
    """(slot, key) → the address of the schema; slots: run, job, dataset, input, output."""
    return MappingProxyType({(slot, key): address for slot, key, address in _facets()})


@cache
def _vendored() -> tuple[dict[str, Any], ...]:
    folder = files(__package__).joinpath(_FOLDER)
    places = [folder.joinpath("OpenLineage.json"), *folder.joinpath("facets").iterdir()]
    return tuple(
        json.loads(place.read_text(encoding="utf-8"))
        for place in sorted(places, key=lambda each: each.name)
        if place.name.endswith(".json")
    )


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", type(None): "null", bool: "a truth value"}
    return names.get(type(value), "a number")


def _escaped(part: Any) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:120] + " … " + message[-70:]
