from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from whence.errors import ConflictError, InvalidRecordError
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import new_id
from whence.model.moment import following, stamp
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.compose import RunComposer
from whence.recording.recorder import TRIES, Composer, Recorder
from whence.store.interface import Appended
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


class _Disputed(MemoryStore):
    """A store in which somebody else is quicker a few times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def append(self, record: Record, *, salt: bytes | None = None) -> Appended:
        appended = super().append(record, salt=salt)
        if self.left:
            self.left -= 1
            raise ConflictError("somebody was quicker")
        return appended


def test_who_was_not_quick_enough_composes_again() -> None:
    store = _Disputed(TRIES - 1)
    Recorder(store).record_runs(iter(pipeline()))
    assert store.head().size == 3


def test_who_is_never_quick_enough_is_told() -> None:
    store = _Disputed(TRIES)
    with pytest.raises(ConflictError):
        Recorder(store).record_runs(pipeline())
    assert store.head().size == 0


def test_what_is_said_later_has_a_later_time() -> None:
    store = MemoryStore()
    node = Node(new_id(), NodeKind.DATASET, "flights")

    def say(number: int, *nodes: Node) -> Composer:
        facet = Facet(node.id, "tags", Basis.DECLARED, {"turn": number})
        return lambda _, time: Record(new_id(), "test", time, "tests", nodes, (), (facet,))

    Recorder(store).record([say(0, node), *(say(number) for number in range(1, 50))])
    (handle,) = store.named("flights")
    stated = store.facets(handle)
    assert [each.facet.data["turn"] for each in stated] == list(range(50))
    assert len({each.time for each in stated}) == 50


def test_a_moment_follows_another() -> None:
    assert following("2026-12-31T23:59:59.999Z") == "2027-01-01T00:00:00.000Z"
    assert following("2016-12-31T23:59:60.000Z") > "2016-12-31T23:59:59.000Z"
