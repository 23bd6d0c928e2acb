"""Moments that are held open: how many, for whom, and for how long."""

import time
from collections.abc import Iterator

import pytest

from whence.errors import NotFoundError, WireError
from whence.recording.recorder import Recorder
from whence.server import moments as room
from whence.server.access.permission import LOCAL, Principal
from whence.server.moments import Moments, answer_calls
from whence.server.problems import RefusedError
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import Version, pipeline

LIMITS = {"moments": 3, "moment_idle": 30, "moment_time": 600}


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    told: dict[str, float] = dict(LIMITS)
    monkeypatch.setattr(room, "limit", told.__getitem__)
    return told


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    store = SqliteStore(tmp_path_factory.mktemp("store"))
    Recorder(store).record_runs(pipeline())
    return store


@pytest.fixture
def moments(store: SqliteStore, limits: dict[str, float]) -> Iterator[Moments]:
    del limits
    moments = Moments(lambda _: store.reading())
    yield moments
    moments.close_all()
    store.close()


def wait_until_gone(moments: Moments) -> None:
    deadline = time.monotonic() + 20
    while moments.count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert moments.count == 0


def test_nothing_changes_within_a_moment(moments: Moments, store: SqliteStore) -> None:
    name, head = moments.open(LOCAL)
    before = head.result(20)
    Recorder(store).record_runs(pipeline(Version(2)))
    (told,) = moments.ask(name, LOCAL, [["head"]]).result(20)
    assert bytes(told).startswith(b"[%d," % before.size)
    moments.close(name, LOCAL)
    wait_until_gone(moments)


def test_there_are_no_more_than_may_be(moments: Moments) -> None:
    names = [moments.open(LOCAL)[0] for _ in range(3)]
    with pytest.raises(RefusedError) as refused:
        moments.open(LOCAL)
    assert refused.value.status == 429
    for name in names:
        moments.close(name, LOCAL)
    wait_until_gone(moments)
    moments.open(LOCAL)


def test_a_moment_is_for_whoever_opened_it(moments: Moments) -> None:
    name, _ = moments.open(LOCAL)
    other = Principal("grace", "person")
    for use in (lambda: moments.ask(name, other, [["size"]]), lambda: moments.close(name, other)):
        with pytest.raises(NotFoundError, match="held no longer"):
            use()


def test_one_that_nobody_asks_is_let_go_of(moments: Moments, limits: dict[str, float]) -> None:
    limits["moment_idle"] = 0.05
    name, head = moments.open(LOCAL)
    head.result(20)
    wait_until_gone(moments)
    with pytest.raises(NotFoundError, match="held no longer"):
        moments.ask(name, LOCAL, [["size"]])
    limits["moment_idle"] = 30


def test_one_that_lasts_too_long_is_let_go_of(moments: Moments, limits: dict[str, float]) -> None:
    limits["moment_time"] = 0.05
    moments.open(LOCAL)[1].result(20)
    wait_until_gone(moments)


def test_a_bad_call_harms_the_asker_alone(moments: Moments) -> None:
    name, _ = moments.open(LOCAL)
    with pytest.raises(WireError, match="no call"):
        moments.ask(name, LOCAL, [["nothing"]]).result(20)
    assert len(moments.ask(name, LOCAL, [["size"], ["size"]]).result(20)) == 2


def test_large_answers_come_in_several_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ENOUGH", 100)
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    calls = [["names_like", "", 99]] * 3
    assert len(answer_calls(store, calls)) == 1
    assert len(answer_calls(store, [["size"]] * 3)) == 3
