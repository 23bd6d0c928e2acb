from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.query.diff import difference_json
from whence.query.diff.compare import LAYERS, diff
from whence.query.diff.difference import Change, Difference
from whence.recording.observation import ActorSeen
from whence.recording.registry.registration import Registration
from whence.store.interface import Direction
from whence.testing.worlds import Version, World, digest_of, file_seen, pipeline, run_seen

FIRST = Version()
CODE = {**FIRST.code, "train.py": "read, fit otherwise, write"}
ADA = ActorSeen("ada", "person")
MODEL = "models/delay.joblib"

ONE_CHANGE: list[tuple[Version, set[str]]] = [
    (Version(2), set()),
    (Version(2, data="332,776 flights"), {"data", "outputs"}),
    (Version(2, code=CODE), {"code", "outputs"}),
    (Version(2, learning_rate=0.3), {"parameters", "outputs"}),
    (Version(2, leaves=63), {"parameters", "outputs"}),
    (Version(2, packages={"pandas": "3.1.2", "scikit-learn": "1.9.1"}), {"environment", "outputs"}),
    (Version(2, auc=0.749), {"metrics"}),
    (Version(2, commit="ffffffff"), set()),
]


def world_of(*versions: Version) -> World:
    return World(*(run for version in versions for run in pipeline(version)))


def models(world: World) -> tuple[int, int]:
    return world.thing(MODEL, 1), world.thing(MODEL)


def statuses(found: Difference) -> dict[str, str]:
    return {name: layer.status for name, layer in found.layers.items()}


@pytest.mark.parametrize(("version", "changed"), ONE_CHANGE)
def test_one_change_shows_in_its_layer_and_in_what_follows(
    version: Version, changed: set[str]
) -> None:
    world = world_of(FIRST, version)
    expected = {name: "changed" if name in changed else "same" for name in LAYERS}
    found = diff(world.store, *models(world))
    assert statuses(found) == expected
    assert found.status == ("changed" if changed else "same")
    # The runs that made them answer for them; their metrics are those of the model.
    runs = world.run("train", 1), world.run("train", 2)
    assert statuses(diff(world.store, *runs)) == expected


def test_versions_of_a_model_are_compared_as_the_files_that_they_pin() -> None:
    world = world_of(FIRST, Version(2, learning_rate=0.3))
    for back in (1, 0):
        (node,) = world.store.nodes([world.thing(MODEL, back)])
        world.recorder.record([Registration("delay", node.id, ADA, "tests").compose])
    found = diff(world.store, world.thing("delay@1"), world.thing("delay@2"))
    assert (found.a.name, found.a.kind) == ("delay@1", "model_version")
    assert found.a.sha256 != found.b.sha256
    assert found.a.run is not None
    assert found.a.run["job"] == "train"
    assert statuses(found)["parameters"] == "changed"
    assert [each.name for each in found.layers["outputs"].changes] == [MODEL]


def test_everything_is_the_same_as_itself() -> None:
    world = world_of(FIRST, Version(2, learning_rate=0.3))
    for handle in range(world.store.size()[0]):
        (node,) = world.store.nodes([handle])
        if node.is_artifact or node.kind is NodeKind.RUN:
            found = diff(world.store, handle, handle)
            assert found.status == "same"
            assert set(statuses(found).values()) == {"same"}
            assert not any(layer.changes for layer in found.layers.values())


def test_a_run_that_both_share_is_not_compared() -> None:
    prepare, train, _ = pipeline(FIRST)
    again = pipeline(Version(2, learning_rate=0.3))[1]
    world = World(prepare, train, again)
    found = diff(world.store, *models(world))
    assert [(step.job, step.a == step.b) for step in found.steps] == [
        ("prepare", True),
        ("train", False),
    ]
    assert statuses(found) | {"parameters": "", "outputs": ""} == dict.fromkeys(LAYERS, "same") | {
        "parameters": "",
        "outputs": "",
    }


def test_what_has_no_history_cannot_be_compared() -> None:
    world = world_of(FIRST)
    job = world.store.find(derived_id("job", "train"))
    assert job is not None
    with pytest.raises(UsageError, match="a job has no lineage: 'train'"):
        diff(world.store, job, world.run("train"))


def test_the_texts_and_tables_that_are_asked_for() -> None:
    world = world_of(FIRST, Version(2, data="332,776 flights", code=CODE))
    asked: list[tuple[str, ...]] = []

    def tables(a: str, b: str, name: str) -> Mapping[str, Any] | None:
        asked.append((a, b, name))
        return {"sentences": ["4,000 rows removed"]} if name.endswith(".csv") else None

    texts: list[str] = []

    def text_of(sha256: str) -> str | None:
        texts.append(sha256)
        return {digest_of(CODE["train.py"]): "fit otherwise\n"}.get(sha256, "fit\n")

    found = diff(world.store, *models(world), text_of=text_of, tables=tables)
    assert [name for *_, name in asked] == ["data/flights.csv", "data/clean.parquet", MODEL]
    data = {each.name: each for each in found.layers["data"].changes}
    assert data["data/flights.csv"].detail["table"] == {"sentences": ["4,000 rows removed"]}
    assert "table" not in data["data/clean.parquet"].detail
    (code,) = found.layers["code"].changes
    assert code.detail["hunks"] == ["@@ -1 +1 @@\n-fit\n+fit otherwise"]
    assert len(texts) == len(set(texts))


# ------------------------------------------------------------------ properties

VERSIONS = st.builds(
    lambda data, train, rate, leaves, pandas, auc: Version(
        data=data,
        code={**FIRST.code, "train.py": train},
        learning_rate=rate,
        leaves=leaves,
        packages={"pandas": pandas} if pandas else {},
        auc=auc,
    ),
    st.sampled_from(["few flights", "many flights"]),
    st.sampled_from(["fit", "fit otherwise"]),
    st.sampled_from([0.1, 0.3]),
    st.sampled_from([31, 63]),
    st.sampled_from(["", "3.1.1", "3.1.2"]),
    st.sampled_from([0.7, 0.8]),
)

STEPS = st.sets(st.sampled_from([0, 1, 2]), min_size=1)
"""Which steps of the pipeline were recorded."""

OTHER_SIDE = {"changed": "changed", "only_in_a": "only_in_b", "only_in_b": "only_in_a"}


def mirrored(change: Change) -> tuple[Any, ...]:
    detail = {
        name: value
        for name, value in change.detail.items()
        if name not in {"hunks", "added", "removed", "delta", "source", "reason"}
    }
    because = sorted(str(each) for each in detail.pop("because", ()))
    what = OTHER_SIDE.get(change.what, change.what)
    return (what, change.name, repr((change.b, change.a)), change.steps, because, str(detail))


def plain(change: Change) -> tuple[Any, ...]:
    swapped: Any = {"what": OTHER_SIDE.get(change.what, change.what), "a": change.b, "b": change.a}
    return mirrored(replace(change, **swapped))


def a_job(found: Difference) -> object:
    assert found.a.run is not None
    return found.a.run["job"]


@settings(max_examples=60, deadline=None)
@given(VERSIONS, VERSIONS, STEPS, STEPS, st.sampled_from([0, 1, 2]))
def test_exchanging_the_two_exchanges_the_answer(
    one: Version, other: Version, ours: set[int], theirs: set[int], back: int
) -> None:
    runs = [run for at, run in enumerate(pipeline(replace(one, number=1))) if at in ours]
    more = [run for at, run in enumerate(pipeline(replace(other, number=2))) if at in theirs]
    world = World(*runs, *more)
    a = world.run(runs[min(back, len(runs) - 1)].job, 1)
    b = world.run(more[-1].job, 2)
    forth, back_again = diff(world.store, a, b), diff(world.store, b, a)
    assert statuses(forth) == statuses(back_again)
    if a_job(forth) != a_job(back_again):
        return  # two recipes that answer to each other are called as the second side calls them
    for name, layer in forth.layers.items():
        again = back_again.layers[name]
        assert sorted(map(mirrored, layer.changes)) == sorted(map(plain, again.changes))


@settings(max_examples=30, deadline=None)
@given(VERSIONS)
def test_the_same_done_again_is_the_same(version: Version) -> None:
    world = world_of(version, replace(version, number=2))
    found = diff(world.store, *models(world))
    assert found.status == "same"
    assert difference_json(found)["summary"].endswith("nothing that is recorded of the two differs")


def test_thousands_of_files_are_asked_for_only_where_they_differ() -> None:
    def files(number: int) -> tuple[Any, ...]:
        return tuple(
            file_seen(f"in/{at}.csv", f"{at}" if at else f"{at} of {number}", NodeKind.DATASET)
            for at in range(3_000)
        )

    world = World(*(run_seen("train", number, used=files(number)) for number in (1, 2)))
    counted = _Counting(world.store)
    found = diff(counted, world.run("train", 1), world.run("train", 2))
    assert [each.name for each in found.layers["data"].changes] == ["in/0.csv"]
    assert counted.calls < 100


class _Counting:
    """A reader that counts how often it is asked."""

    def __init__(self, reader: object) -> None:
        self._reader = reader
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        return getattr(self._reader, name)


def test_directions_are_walked_up_only() -> None:
    """What came of the things compared is no part of why they differ."""
    world = world_of(FIRST, Version(2))
    later = world.store.links([world.thing("data/flights.csv")], Direction.EFFECTS)
    assert later
    csv = world.thing("data/flights.csv")
    found = diff(world.store, csv, csv)
    assert found.steps == ()
