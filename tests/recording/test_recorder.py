from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from whence.errors import InvalidRecordError
from whence.model.identity import new_id
from whence.model.moment import stamp
from whence.model.node import NodeKind
from whence.recording.compose import RunComposer
from whence.recording.recorder import Recorder
from whence.store.memory import MemoryStore
from whence.testing.worlds import Version, pipeline


def test_saying_a_run_twice_keeps_it_once() -> None:
    store = MemoryStore()
    (run, _, _) = pipeline()
    first, second = (Recorder(store).record_run(run) for _ in range(2))
    assert (first.fresh, second.fresh) == (True, False)
    assert first.index == second.index
    assert store.head().size == 1


def test_several_are_kept_together_or_not_at_all() -> None:
    store = MemoryStore()
    good, bad, _ = pipeline()
    broken = replace(bad, used=(replace(bad.used[0], name="a\0b"),))
    with pytest.raises(InvalidRecordError):
        Recorder(store).record_runs([good, broken])
    assert store.head().size == 0
    assert store.size() == (0, 0)


def test_code_and_environment_that_stay_the_same_are_one_artifact_each() -> None:
    store = MemoryStore()
    Recorder(store).record_runs([*pipeline(Version(1)), *pipeline(Version(2))])
    for name in ("code of train", "train.py", "python 3.11.7"):
        assert len(store.named(name)) == 1, name
    changed = Version(3, code={**Version().code, "train.py": "another way to fit"})
    Recorder(store).record_runs(pipeline(changed))
    assert len(store.named("code of train")) == 2
    assert len(store.named("prepare.py")) == 1


def test_a_part_may_be_recorded_before_its_whole() -> None:
    store = MemoryStore()
    (outer, inner, _) = pipeline()
    Recorder(store).record_run(replace(inner, parent=outer.id, parent_job=outer.job))
    Recorder(store).record_run(outer)
    runs = store.latest(NodeKind.RUN, 9)
    assert {node.name for node in store.nodes(runs)} == {"prepare", "train"}


def test_many_source_files_are_a_list_on_their_set() -> None:
    store = MemoryStore()
    (run, _, _) = pipeline()
    assert run.code is not None
    (one,) = run.code.files
    files = tuple(replace(one, name=f"lib/{at}.py", sha256=f"{at:064x}") for at in range(300))
    record = RunComposer(replace(run, id=new_id(), code=replace(run.code, files=files)), store)
    composed = record.compose("2026-11-21T10:00:00.000Z")
    assert sum(node.kind is NodeKind.CODE for node in composed.nodes) == 1
    (manifest,) = [facet for facet in composed.facets if facet.name == "manifest"]
    assert len(manifest.data["members"]) == 300


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 21, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(moment) == "2026-11-21T08:00:00.999Z"
    assert stamp(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000Z"
