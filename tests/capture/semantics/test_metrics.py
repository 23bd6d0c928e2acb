from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whence.capture.agent.reports import Telling
from whence.capture.semantics.metrics import POINTS, read_metrics, thin


def metric(name: str, value: Any, step: int | None = None, on: str = "", pid: int = 1) -> Telling:
    fields = {"name": name, "value": value, "on": on, "source": "s"}
    return Telling(pid, "metric", fields if step is None else {**fields, "step": step})


def test_one_number_is_told_plainly() -> None:
    assert read_metrics([metric("accuracy_score", 0.9, on="X_test")])[0] == {
        "accuracy_score": {"value": 0.9, "source": "s", "on": "X_test"}
    }


def test_a_series_keeps_its_steps_and_its_last_value() -> None:
    (found,) = read_metrics([metric("loss", 1 / (at + 1), at * 10) for at in range(3)])[0].values()
    assert found["series"] == [[0, 1.0], [10, 0.5], [20, 1 / 3]]
    assert (found["value"], found["step"], found["count"]) == (1 / 3, 20, 3)


def test_what_is_measured_on_several_things_carries_their_names() -> None:
    found, _ = read_metrics(
        [metric("logloss", 0.1, on="train"), metric("logloss", 0.2, on="valid")]
    )
    assert {name: each["value"] for name, each in found.items()} == {
        "train.logloss": 0.1,
        "valid.logloss": 0.2,
    }


def test_ranks_that_measure_the_same_are_told_once() -> None:
    told = [
        Telling(1, "part", {"kind": "rank", "rank": 0}),
        Telling(2, "part", {"kind": "rank", "rank": 1}),
        metric("loss", 1.0, 0, pid=1),
        metric("loss", 1.5, 0, pid=2),
    ]
    (found,) = read_metrics(told)[0].values()
    assert found["series"] == [[0, 1.0]]


def test_a_long_series_is_thinned() -> None:
    (found,) = read_metrics([metric("loss", at, at) for at in range(10_000)])[0].values()
    assert len(found["series"]) <= POINTS
    assert (found["series"][0], found["series"][-1]) == ([0, 0], [9_999, 9_999])
    assert found["count"] == 10_000


@given(st.integers(1, 5_000), st.integers(2, 600))
def test_thinning_keeps_both_ends_in_order(count: int, most: int) -> None:
    kept = thin(count, most)
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert len(kept) == min(count, most)
