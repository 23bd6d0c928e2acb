import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.receipts import collecting
from whence.receipts.cloudevents import CloudEvent
from whence.receipts.collecting import ANSWER, REQUEST, Collector
from whence.receipts.reading import Wanted, list_receipts


def event(name: str, kind: str = REQUEST, **more: str) -> CloudEvent:
    told = {
        "inferenceservicename": "churn",
        "namespace": "shop",
        "time": "2026-11-21T10:00:00Z",
        **more,
    }
    return CloudEvent(name, "agent", kind, b"{}", "application/json", told)


def known(service: str, at: str) -> dict[str, str]:
    assert service == "kserve:shop/churn"
    return {}


def count(folder: Path) -> int:
    return len(list_receipts([folder], Wanted(), 1000))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=20))
def test_each_pair_gives_one_receipt_in_any_order_and_however_often_it_is_told(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("collected")
    collector = Collector(folder)
    told = [event(str(at), REQUEST if asks else ANSWER) for at, asks in plan]
    taken = [collector.take([each], known) for each in told]
    whole = {at for at, _ in plan if {(at, True), (at, False)} <= set(plan)}
    alone = {at for at, asks in plan if asks} - whole
    assert sum(each.receipts for each in taken) == len(whole) == count(folder)
    assert all(each.receipts + each.waiting + each.ignored == 1 for each in taken)
    collector.close()
    assert count(folder) == len(whole) + len(alone)


def test_only_so_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "_WAITING", 3)
    collector = Collector(tmp_path)
    taken = collector.take([event(str(at)) for at in range(5)], known)
    assert (taken.waiting, taken.receipts) == (5, 2)
    assert count(tmp_path) == 2
    collector.close()
    assert count(tmp_path) == 5


def test_what_waits_too_long_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = Collector(tmp_path)
    collector.take([event("1")], known)
    monkeypatch.setattr(collecting, "_PATIENCE", -1.0)
    assert collector.take([], known).receipts == 1
    collector.close()


@pytest.mark.parametrize(
    "other",
    [
        event("1", "com.example.other"),
        event("1", component="explainer"),
        event("1", inferenceservicename=""),
    ],
)
def test_events_of_no_prediction_are_ignored(tmp_path: Path, other: CloudEvent) -> None:
    assert Collector(tmp_path).take([other], known).ignored == 1


@pytest.mark.parametrize("time", ["", "yesterday", "0001-01-01T00:00:00+23:00", "1901-01-01"])
@pytest.mark.parametrize("annotations", ["", "[]", "{", '{"whence/version": 3}', "[" * 5000])
def test_odd_attributes_do_no_harm(tmp_path: Path, time: str, annotations: str) -> None:
    collector = Collector(tmp_path)
    for kind in (REQUEST, ANSWER):
        collector.take([event("1", kind, time=time, annotations=annotations)], known)
    collector.close()
    assert count(tmp_path) == 1


def test_many_threads_may_hand_in_events(tmp_path: Path) -> None:
    collector = Collector(tmp_path)

    def work(kind: str) -> None:
        for at in range(100):
            collector.take([event(str(at), kind)], known)

    threads = [threading.Thread(target=work, args=(kind,)) for kind in (REQUEST, ANSWER) * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    collector.close()
    assert count(tmp_path) == 100
