from dataclasses import replace

import pytest

from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.query.gaps import gaps_json
from whence.query.history import runs
from whence.query.lineage import lineage_json, outline, read_lineage
from whence.query.route import route
from whence.recording.observation import FileSeen, Flow
from whence.recording.recorder import Recorder
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import Version, World, file_seen, pipeline, run_seen


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def names(store: MemoryStore, name: str, direction: Direction) -> list[str]:
    (handle, *_) = store.named(name)
    return [each.node.name for each in read_lineage(store, handle, direction).nodes]


def test_upstream_is_everything_before_and_nothing_after(store: MemoryStore) -> None:
    told = names(store, "models/delay.joblib", Direction.ORIGINS)
    assert told[0] == "models/delay.joblib"
    assert {"data/flights.csv", "train", "prepare", "config.yaml", "train.py"} <= set(told)
    assert not {"evaluate", "reports/metrics.json", "ada"} & set(told)


def test_downstream_is_everything_after(store: MemoryStore) -> None:
    told = names(store, "data/flights.csv", Direction.EFFECTS)
    assert {"prepare", "train", "evaluate", "models/delay.joblib"} <= set(told)
    assert "config.yaml" not in told


def test_every_edge_joins_two_nodes_of_the_answer(store: MemoryStore) -> None:
    (handle, *_) = store.named("reports/metrics.json")
    told = lineage_json(read_lineage(store, handle, Direction.ORIGINS))
    ids = {node["id"] for node in told["nodes"]}
    assert all(edge["from"] in ids and edge["to"] in ids for edge in told["edges"])
    assert {edge["from"] for edge in told["edges"]} | {told["root"]} <= ids


def test_a_limit_is_kept_and_told(store: MemoryStore) -> None:
    (handle, *_) = store.named("reports/metrics.json")
    cut = read_lineage(store, handle, Direction.ORIGINS, limit=4)
    assert len(cut.nodes) == 4
    assert cut.truncated
    assert not read_lineage(store, handle, Direction.ORIGINS).truncated


def test_what_nobody_made_is_a_gap(store: MemoryStore) -> None:
    (handle, *_) = store.named("reports/metrics.json")
    told = gaps_json(store, handle)
    assert [(gap["kind"], gap["about"]) for gap in told["gaps"]] == [
        ("origin-unknown", "data/flights.csv")
    ]
    assert told["kinds"].keys() == {"origin-unknown"}


def test_the_way_is_found_from_either_end(store: MemoryStore) -> None:
    (report, *_), (raw, *_) = store.named("reports/metrics.json"), store.named("data/flights.csv")
    there, back = route(store, report, raw), route(store, raw, report)
    assert there["nodes"] == back["nodes"]
    assert there["nodes"][0]["name"] == "reports/metrics.json"
    assert [edge["from"] for edge in there["edges"]] == [node["id"] for node in there["nodes"][:-1]]


def test_strangers_are_not_connected(store: MemoryStore) -> None:
    (config, *_), (raw, *_) = store.named("config.yaml"), store.named("data/flights.csv")
    assert route(store, config, raw)["nodes"] == []


def test_history_is_latest_first_and_can_be_narrowed(store: MemoryStore) -> None:
    Recorder(store).record_runs(pipeline(Version(2)))
    assert [run["job"] for run in runs(store, limit=4)] == [
        "evaluate",
        "train",
        "prepare",
        "evaluate",
    ]
    assert len(runs(store, limit=9, job="train")) == 2
    assert runs(store, limit=9, state="failed") == []
    (told, *_) = runs(store, limit=1, job="train")
    assert (told["used"], told["generated"], told["state"]) == (2, 1, "completed")


def test_history_pages_through_more_runs_than_one_page(store: MemoryStore) -> None:
    (run, _, _) = pipeline()
    Recorder(store).record_runs(replace(run, id=new_id(), job="other") for _ in range(300))
    assert len(runs(store, limit=5, job="train")) == 1


def followed() -> MemoryStore:
    """One run in which the content of one of two files was seen to go into a model."""
    data = file_seen("a.csv", "a" * 20, NodeKind.DATASET)
    other = file_seen("b.csv", "b" * 20, NodeKind.DATASET)
    model = file_seen("m.pkl", "m" * 20, NodeKind.MODEL, "output")
    detail = {"by": "Forest.fit", "split": "train"}
    flow = Flow(model.location, data.location, "trained", detail)
    store = MemoryStore()
    seen = run_seen("train", 1, 5, used=(data, other), generated=(model,), flows=(flow,))
    Recorder(store).record_runs([seen])
    return store


def test_a_way_inside_a_run_is_told_and_can_be_left_out() -> None:
    store = followed()
    lineage = read_lineage(store, store.named("m.pkl")[0], Direction.ORIGINS)
    (inner,) = [edge for edge in lineage.edges if edge.is_inner]
    assert (inner.role, inner.detail["split"]) == ("trained", "train")
    (told,) = [each for each in lineage_json(lineage)["edges"] if each.get("detail")]
    assert told["detail"]["by"] == "Forest.fit"
    assert not any(edge.is_inner for edge in outline(lineage).edges)
    assert len(outline(lineage).edges) == len(lineage.edges) - 1


def test_a_path_goes_through_the_run_in_which_it_was_seen() -> None:
    store = followed()
    told = route(store, store.named("m.pkl")[0], store.named("a.csv")[0])
    assert [node["name"] for node in told["nodes"]] == ["m.pkl", "train", "a.csv"]
    assert [edge["kind"] for edge in told["edges"]] == ["generated_by", "used"]
    assert told["edges"][1]["detail"] == {"by": "Forest.fit", "split": "train"}


def test_what_has_an_address_elsewhere_came_from_there() -> None:
    away = FileSeen("s3://a/b", "s3://a/b", NodeKind.DATASET, "input", None)
    here = FileSeen("b.csv", "file:///b.csv", NodeKind.DATASET, "input", None)
    world = World(run_seen("train", used=(away, here)))
    told = gaps_json(world.store, world.run("train"))
    assert [gap["about"] for gap in told["gaps"] if gap["kind"] == "origin-unknown"] == ["b.csv"]
