from dataclasses import replace

import pytest

from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.gap import Gap
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.query.account import account_for, describe
from whence.recording.recorder import Recorder
from whence.store.memory import MemoryStore
from whence.testing.worlds import file_seen, pipeline

TIME = "2026-11-21T10:00:00.000Z"


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def handle_of(store: MemoryStore, name: str, kind: NodeKind = NodeKind.RUN) -> int:
    return next(at for at in store.named(name) if store.nodes([at])[0].kind is kind)


def test_a_run_is_told_with_what_it_used_and_made(store: MemoryStore) -> None:
    told = describe(store, handle_of(store, "train"))
    assert [(each["name"], each["role"]) for each in told["used"]] == [
        ("config.yaml", "config"),
        ("data/clean.parquet", "input"),
    ]
    (model,) = told["generated"]
    assert (model["name"], model["kind"], model["basis"]) == (
        "models/delay.joblib",
        "model",
        "observed",
    )
    assert model["path"] == "/home/ada/flights/models/delay.joblib"
    assert told["parameters"] == {"learning-rate": 0.1, "model.leaves": 31}
    assert told["parameter_details"]["model.leaves"]["source"] == "config.yaml"
    assert told["code"]["commit"] == "3ab1c9f0"
    assert told["environment"]["name"] == "python 3.11.7"
    assert (told["actor"], told["host"]) == ("ada", "laptop")


def test_what_was_inferred_says_so(store: MemoryStore) -> None:
    told = describe(store, handle_of(store, "evaluate"))
    assert told["metrics"] == {"auc": 0.764}
    assert told["metric_details"]["auc"]["basis"] == "inferred"


def test_later_statements_add_and_win_key_by_key(store: MemoryStore) -> None:
    handle = handle_of(store, "train")
    run = store.nodes([handle])[0].id
    for second, data in enumerate(({"team": "a", "run": "1"}, {"team": "b"})):
        facet = Facet(run, "tags", Basis.DECLARED, data)
        time = f"{TIME[:17]}{second:02}.000Z"
        store.append(Record(new_id(), "test", time, "tests", facets=(facet,)))
    assert account_for(store, handle).said("tags") == {"team": "b", "run": "1"}


def test_what_was_declared_never_hides_what_was_observed(store: MemoryStore) -> None:
    handle = handle_of(store, "train")
    run = store.nodes([handle])[0].id
    claim = {"learning-rate": {"value": 0.9}, "depth": {"value": 3}}
    facet = Facet(run, "parameters", Basis.DECLARED, claim)
    store.append(Record(new_id(), "test", TIME, "tests", facets=(facet,)))
    told = describe(store, handle)
    assert told["parameters"]["learning-rate"] == 0.1
    assert told["parameters"]["depth"] == 3
    declared = account_for(store, handle).said("parameters", Basis.DECLARED)
    assert declared["learning-rate"]["value"] == 0.9


def test_a_file_that_is_both_observed_and_declared_is_told_once(store: MemoryStore) -> None:
    seen = file_seen("data/x.csv", "some rows that are long enough", NodeKind.DATASET)
    stated = replace(seen, basis=Basis.DECLARED, role="training-set")
    (run, _, _) = pipeline()
    Recorder(store).record_run(replace(run, id=new_id(), used=(seen, stated)))
    (met,) = describe(store, store.latest(NodeKind.RUN, 1)[0])["used"]
    assert met["bases"] == ["observed", "declared"]
    assert (met["basis"], met["role"]) == ("observed", "training-set")


def test_an_artifact_is_told_with_both_sides(store: MemoryStore) -> None:
    told = describe(store, handle_of(store, "data/clean.parquet", NodeKind.DATASET))
    assert [each["name"] for each in told["comes_from"]] == ["prepare"]
    assert {each["name"] for each in told["led_to"]} == {"train", "evaluate"}
    assert told["table"]["rows"] == 336_776


def test_gaps_are_told_where_they_are(store: MemoryStore) -> None:
    (run, _, _) = pipeline()
    gap = Gap("code-unknown", "code", "there is no repository")
    Recorder(store).record_run(replace(run, id=new_id(), gaps=(gap,)))
    (told,) = describe(store, store.latest(NodeKind.RUN, 1)[0])["gaps"]
    assert told == {"kind": gap.kind, "about": gap.about, "reason": gap.reason}
