import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.interface import Comparison, FileNeed, Likeness, Replayed, Standing
from whence.reproduction.plan import Problem
from whence.reproduction.verdict import (
    ALIKE,
    FileVerdict,
    Verdict,
    compare_metrics,
    impossible,
    interval,
    is_log,
    judge,
)

NUMBERS = st.floats(-1e6, 1e6)


def a_file(likeness: Likeness | None, name: str = "m.pkl", role: str = "output") -> FileVerdict:
    comparison = None if likeness is None else Comparison(likeness, "pickle", "why")
    again = None if likeness is None else "1" * 64
    need = FileNeed(f"/p/{name}", name, role, "0" * 64)
    return FileVerdict(name, role, "0" * 64, again, comparison, "train", is_log(need))


def judged(
    *files: FileVerdict,
    recorded: dict[str, float] | None = None,
    again: dict[str, float] | None = None,
    repeats: dict[str, list[float]] | None = None,
    status: int | None = 0,
) -> Verdict:
    replayed = Replayed(None, status, {}, again or {}, "no such module")
    metrics = compare_metrics(recorded or {}, again or {}, repeats or {})
    return judge((0, replayed), files, metrics)


@pytest.mark.parametrize(
    ("likeness", "standing"),
    [
        (Likeness.BYTES, Standing.IDENTICAL),
        (Likeness.CANONICAL, Standing.SAME),
        (Likeness.ROWS, Standing.SAME),
        (Likeness.PREDICTIONS, Standing.SAME),
        (Likeness.VALUES, Standing.SAME),
        (Likeness.DECISIONS, Standing.DIVERGED),
        (Likeness.DIFFERENT, Standing.DIVERGED),
        (Likeness.UNREAD, Standing.DIVERGED),
        (None, Standing.DIVERGED),
    ],
)
def test_the_weakest_file_decides(likeness: Likeness | None, standing: Standing) -> None:
    assert judged(a_file(Likeness.BYTES, "a"), a_file(likeness, "b")).standing is standing


def test_a_metric_may_only_move_inside_the_noise() -> None:
    noise = {"auc": [0.80, 0.82, 0.81, 0.79]}
    differs = a_file(Likeness.DIFFERENT)
    near, far = {"auc": 0.805}, {"auc": 0.60}
    assert judged(differs, recorded={"auc": 0.81}, again=near).standing is Standing.DIVERGED
    found = judged(differs, recorded={"auc": 0.81}, again=near, repeats=noise)
    assert found.standing is Standing.WITHIN_NOISE
    found = judged(differs, recorded={"auc": 0.81}, again=far, repeats=noise)
    assert found.standing is Standing.DIVERGED
    found = judged(differs, recorded={"auc": 0.81}, again={}, repeats=noise)
    assert found.standing is Standing.DIVERGED


def test_the_first_file_along_the_pipeline_is_named() -> None:
    found = judged(
        a_file(Likeness.BYTES, "a"), a_file(Likeness.DIFFERENT, "b"), a_file(Likeness.UNREAD, "c")
    )
    assert found.first == "b"
    assert found.why == "b, which train makes, differs: why"


def test_what_a_program_said_decides_nothing_but_where_there_is_nothing_else() -> None:
    logs = [
        a_file(Likeness.DIFFERENT, "said.txt", "stdout"),
        a_file(Likeness.DIFFERENT, "train.log"),
        a_file(Likeness.DIFFERENT, "runs/events.out.tfevents.17.host.2"),
        a_file(Likeness.UNREAD, "catboost_info/learn/events.out.tfevents"),
        a_file(None, "catboost_info/time_left.tsv"),
    ]
    for log in logs:
        assert judged(a_file(Likeness.BYTES), log).standing is Standing.IDENTICAL
        assert judged(log).standing is Standing.DIVERGED


def test_another_end_is_another_run() -> None:
    found = judged(a_file(Likeness.BYTES), status=3)
    assert (found.standing, found.said) == (Standing.DIVERGED, "no such module")
    assert "status 3" in found.why


def test_nothing_to_compare_is_said() -> None:
    found = judged()
    assert found.standing is Standing.SAME
    assert "nothing to compare" in found.why


def test_the_first_problem_is_why_it_is_impossible() -> None:
    found = impossible([Problem("a is gone", "put it back"), Problem("b is gone", "put it back")])
    assert found.standing is Standing.IMPOSSIBLE
    assert found.why == "a is gone (and 1 more)"
    assert found.causes == ("put it back",)


@given(st.lists(NUMBERS, max_size=20))
def test_an_interval_needs_three_and_holds_their_mean(values: list[float]) -> None:
    found = interval(values)
    if len(values) < 3:
        assert found is None
        return
    assert found is not None
    low, high = found
    slack = 1e-6 * (1 + max(map(abs, values)))
    assert low - slack <= sum(values) / len(values) <= high + slack


@given(st.lists(st.sampled_from([*Likeness]), min_size=1, max_size=6))
def test_no_file_that_differs_is_ever_the_same(likenesses: list[Likeness]) -> None:
    found = judged(*(a_file(each, str(at)) for at, each in enumerate(likenesses)))
    assert found.is_good == all(each in ALIKE for each in likenesses)
