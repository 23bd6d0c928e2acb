"""What happened inside a run, step by step, and which of its files went into which."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.classify import kind_read
from whence.capture.semantics.merging import merged_flows
from whence.capture.semantics.objects import FITTING, Thing, Things, gather
from whence.model.node import NodeKind
from whence.recording.observation import Flow

MOST = 300
"""How many steps a record says of one run; alike ones in a row count as one."""

_LOOKED_THROUGH = 50

_HIDDEN = frozenset({"event", "kind", "by", "inputs", "outputs", "model", "at", "where", "n"})
_LOOKS = ("class", "type", "shape", "columns", "dtype")
_MODEL_FACTS = (
    "class framework size features outputs signature objective trees dtype device "
    "n_features classes base revision"
).split()


@dataclass(slots=True)
class FlowFound:
    """The steps, the flows between files, facts of written models, sketches of rows."""

    steps: dict[str, Any] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Location → facts of the model that was written there."""
    sketches: dict[str, bytes] = field(default_factory=dict)
    """Digest → a sketch of rows that reached a step."""


def read_flow(
    told: Sequence[Telling],
    name_of: Callable[[str], str],
    place: Callable[[str], str],
) -> FlowFound:
    """What happened.

    Args:
        told: What was told.
        name_of: How the record calls a location, a path or a URI.
        place: How the record calls a place in the code.
    """
    return _Teller(gather(told), name_of, place).tell(told)


class _Teller:
    def __init__(
        self, things: Things, name_of: Callable[[str], str], place: Callable[[str], str]
    ) -> None:
        self._things = things
        self._name_of = name_of
        self._place = place
        self._found = FlowFound()
        self._steps: list[dict[str, Any]] = []
        self._numbers: dict[Any, int] = {}
        self._predicted: dict[Any, Thing] = {}
        self._count = 0

    def tell(self, told: Sequence[Telling]) -> FlowFound:
        for each in told:
            match each.event:
                case "read":
                    self._tell_read(each)
                case "step":
                    self._tell_step(each)
                case "write":
                    self._tell_write(each)
        self._found.flows += merged_flows(told, self._things, self._found.flows, _is_model)
        if self._steps:
            self._found.steps = {"steps": self._steps, "told": self._count}
        return self._found

    def _add(self, step: dict[str, Any]) -> None:
        """One more, unless it is as the one before; alike ones are counted."""
        self._count += 1
        if self._steps and _alike(self._steps[-1], step):
            self._steps[-1] = {**step, "count": self._steps[-1].get("count", 1) + 1}
        elif len(self._steps) < MOST:
            self._steps.append(step)

    # ------------------------------------------------------------------ steps

    def _tell_read(self, told: Telling) -> None:
        fields = told.fields
        step = {"kind": "read", "by": fields["by"], "of": self._name_of(fields["location"])}
        asked = {
            name: value
            for name, value in fields.items()
            if name not in _HIDDEN | {"location"} and value is not None
        }
        thing = self._things.at(told.pid, fields["n"])
        self._add({**step, **asked, "outputs": [self._told("", thing, brief=True)]})

    def _tell_step(self, told: Telling) -> None:
        fields = told.fields
        inputs = self._roles(told, fields["inputs"])
        step: dict[str, Any] = {"kind": fields["kind"], "by": fields["by"]}
        if fields.get("where"):
            step["where"] = self._place(fields["where"])
        if fields.get("model") is not None:
            step["model"] = self._told("model", self._things.at(told.pid, fields["model"]))
        step["inputs"] = [self._told(role, thing) for role, thing in inputs]
        if fields["kind"] == "evaluate":
            step["inputs"] += self._behind(inputs)
        outputs = self._roles(told, fields["outputs"])
        step["outputs"] = [self._told(role, thing, brief=True) for role, thing in outputs]
        if fields["kind"] == "predict":
            data = next((thing for role, thing in inputs if role in {"X", "data", ""}), None)
            for _, thing in outputs:
                if data is not None:
                    self._predicted[thing.key] = data
        step |= {name: value for name, value in fields.items() if name not in _HIDDEN}
        self._add({name: value for name, value in step.items() if value not in (None, [], "")})

    def _roles(self, told: Telling, numbers: Mapping[str, int]) -> list[tuple[str, Thing]]:
        return [(role, self._things.at(told.pid, number)) for role, number in numbers.items()]

    def _behind(self, inputs: Sequence[tuple[str, Thing]]) -> list[dict[str, Any]]:
        """The rows for which what is evaluated had been predicted."""
        found = []
        for role, thing in inputs:
            data = self._predicted_from(thing)
            if data is not None:
                found.append({**self._told("X", data), "via": role})
        return found

    def _predicted_from(self, thing: Thing) -> Thing | None:
        """What a prediction was made for, or one that this was made of, such as a column of it."""
        pending, met = [thing.key], set[Any]()
        while pending and len(met) < _LOOKED_THROUGH:
            key = pending.pop(0)
            if key in self._predicted:
                return self._predicted[key]
            if key not in met:
                met.add(key)
                pending += self._things.by_key(key).sources
        return None

    def _told(self, role: str, thing: Thing, *, brief: bool = False) -> dict[str, Any]:
        """An object as a step tells it."""
        told: dict[str, Any] = {"role": role} if role else {}
        told["object"] = self._numbers.setdefault(thing.key, len(self._numbers) + 1)
        facts = thing.facts
        if facts.get("name"):
            told["what"] = facts["name"]
        for name in _LOOKS:
            if name in facts and not (brief and name == "columns"):
                told[name] = facts[name]
        if thing.split:
            told["split"] = thing.split
        if brief:
            return told
        origins = self._things.data_of(thing)
        if origins:
            told["of"] = list(dict.fromkeys(self._name_of(each.location) for each in origins))
            splits = {each.split for each in origins}
            if "split" not in told and len(splits) == 1 and splits != {""}:
                told["split"] = splits.pop()
        rows = facts.get("rows")
        if isinstance(rows, Mapping):
            told["rows"] = self._rows(rows)
        return told

    def _rows(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: rows[name] for name in ("count", "of") if name in rows}
        try:
            sketch = base64.b64decode(rows["sketch"], validate=True)
        except (KeyError, TypeError, ValueError):
            return told
        digest = hashlib.sha256(sketch).hexdigest()
        self._found.sketches[digest] = sketch
        return {**told, "digest": digest}

    # ------------------------------------------------------------------ files

    def _tell_write(self, told: Telling) -> None:
        fields = told.fields
        location = str(fields["location"])
        step: dict[str, Any] = {
            "kind": "write",
            "by": fields["by"],
            "to": self._name_of(location),
        }
        if fields.get("n") is not None:
            thing = self._things.at(told.pid, fields["n"])
            step["inputs"] = [self._told("", thing)]
            self._flow(location, thing, fields)
            facts = {name: thing.facts[name] for name in _MODEL_FACTS if name in thing.facts}
            if thing.facts.get("kind") == "model" and facts:
                self._found.models[location] = facts
        self._add(step)

    def _flow(self, made: str, thing: Thing, fields: Mapping[str, Any]) -> None:
        given = str(fields.get("relation") or "")
        for origin in self._things.all_of(thing):
            if origin.location == made:
                continue
            relation = origin.relation or ("trained" if origin.by else given or "computed")
            detail = {"by": origin.by or str(fields["by"])}
            if origin.split:
                detail["split"] = origin.split
            self._found.flows.append(Flow(made, origin.location, relation, detail))


def _is_model(location: str) -> bool:
    return kind_read(location) is NodeKind.MODEL


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two steps are the same thing done again, as in a loop."""
    if one["kind"] in FITTING or one["kind"] == "evaluate":
        return False
    leave = {"count", "inputs", "outputs", "model", "value", "rows"}
    same = {name: value for name, value in one.items() if name not in leave}
    return same == {name: value for name, value in other.items() if name not in leave} and all(
        [_gist(each) for each in one.get(side, ())] == [_gist(each) for each in other.get(side, ())]
        for side in ("inputs", "outputs")
    )


def _gist(told: Mapping[str, Any]) -> tuple[Any, ...]:
    return told.get("role"), str(told.get("of")), str(told.get("shape")), told.get("split")
