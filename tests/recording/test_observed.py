import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.resources import files
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from whence.errors import InvalidRecordError, WireError
from whence.model.identity import NodeId
from whence.recording.observation import RunSeen
from whence.recording.observed import (
    composers,
    decode_runs,
    encode_runs,
    observation_schema,
)
from whence.recording.recorder import Recorder
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline
from whence.wire.canonical import canonical, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
IDS = st.integers(0, 2**128 - 1).map(lambda number: NodeId(f"{number:032x}"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=3,
)
SIMPLE = {str: TEXTS, int: st.integers(-9, 2**53 - 1), bool: st.booleans(), NoneType: st.none()}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value that an annotation allows."""
    if kind is Any:
        return JSON
    if kind is NodeId:
        return IDS
    if kind in SIMPLE:
        return SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{each.name: values_of(hints[each.name]) for each in fields(kind)})
    args = get_args(kind)
    if get_origin(kind) in {UnionType, Union}:
        return st.one_of(*map(values_of, args))
    if get_origin(kind) is Mapping:
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=2)
    if args[-1] is Ellipsis:
        return st.lists(values_of(args[0]), max_size=1).map(tuple)
    return st.tuples(*map(values_of, args))


RUNS = values_of(RunSeen)
SLOW = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make one smaller takes a minute
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@SLOW
@given(st.lists(RUNS, min_size=1, max_size=2), TEXTS)
def test_what_was_seen_comes_back_by_the_wire(runs: list[RunSeen], project: str) -> None:
    told = encode_runs(runs, project)
    Draft202012Validator(observation_schema()).validate(told)
    found = decode_runs(parse(canonical(told)))
    assert found.runs == tuple(runs)
    assert found.project == project
    assert found.id == runs[0].id


@SLOW
@given(RUNS)
def test_what_makes_no_sense_is_refused_in_words(run: RunSeen) -> None:
    store = MemoryStore()
    try:
        Recorder(store).record(composers(decode_runs(encode_runs([run]))))
    except InvalidRecordError:
        assert store.head().size == 0
    else:
        assert store.head().size == 1


def test_what_is_told_for_a_project_belongs_to_it() -> None:
    store = MemoryStore()
    (run, _, _) = pipeline()
    Recorder(store).record(composers(decode_runs(encode_runs([run], "churn"))))
    handle = store.find(run.id)
    assert handle is not None
    assert store.projects([handle]) == {handle: {"churn"}}


def test_what_travelled_is_recorded_as_what_is_recorded_at_once() -> None:
    here, there = MemoryStore(), MemoryStore()
    runs = pipeline()
    Recorder(here).record_runs(runs)
    Recorder(there).record(composers(decode_runs(parse(canonical(encode_runs(runs))))))
    for run in runs:
        told = [_facets_of(store, run) for store in (here, there)]
        assert told[0] == told[1] != []
    assert here.size() == there.size()
    names = [sorted(store.names_like("", 999)) for store in (here, there)]
    assert names[0] == names[1]


def _facets_of(store: MemoryStore, run: RunSeen) -> list[Any]:
    handle = store.find(run.id)
    assert handle is not None
    told = ((each.facet.name, each.facet.basis, each.facet.data) for each in store.facets(handle))
    # The code facet names its artifact, whose id is a fresh one.
    return [(name, basis, canonical(data)) for name, basis, data in told if name != "code"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "expected an object"),
        ({"v": 2, "runs": []}, "an observation of version 2"),
        ({"v": True, "runs": []}, "expected 1, got True"),
        ({"runs": []}, "expected 1, got None"),
        ({"v": 1, "runs": []}, "at least one run"),
        ({"v": 1, "runs": [{}]}, "runs[0]: the field 'id' is missing"),
        ({"v": 1, "runs": [], "x": 1}, "unknown fields ['x']"),
        ({"v": 1, "runs": [1], "project": 1}, "project: expected string"),
    ],
)
def test_what_is_no_observation_is_refused(told: Any, words: str) -> None:
    with pytest.raises(WireError) as raised:
        decode_runs(told)
    assert words in raised.value.message


def test_the_published_schema_is_the_one_that_is_held_to() -> None:
    lies = files("whence.wire").joinpath("schemas/observation-1.json").read_text(encoding="utf-8")
    assert json.loads(lies) == observation_schema()
