"""What parts of one run say together."""

from dataclasses import replace

from whence.capture.divided import without_repeats
from whence.model.identity import derived_id
from whence.model.run import RunState
from whence.recording.observation import RunSeen


def test_ranks_do_not_repeat_what_the_first_of_them_measured() -> None:
    whole = RunSeen(
        derived_id("run"), "train", RunState.COMPLETED, "2026-01-01T00:00:00.000Z", None, "test"
    )
    first = replace(whole, execution={"rank": 0}, metrics={"loss": {"value": 1.0}})
    metrics = {"loss": {"value": 2.0}, "samples": {"value": 3}}
    second = replace(whole, execution={"rank": 1}, metrics=metrics)
    step = replace(whole, metrics={"loss": {"value": 4.0}})
    told = without_repeats({0: whole, 1: second, 2: first, 3: step})
    assert [sorted(told[place].metrics) for place in range(4)] == [
        [],
        ["samples"],
        ["loss"],
        ["loss"],
    ]


def test_where_there_are_no_ranks_all_is_told() -> None:
    seen = RunSeen(derived_id("run"), "train", RunState.COMPLETED, "", None, "test")
    assert without_repeats({0: seen}) == {0: seen}
