"""From what runs tell to a table."""

from pathlib import Path

import pytest

from corpus.matching import Score
from corpus.running import Outcome, score
from corpus.score import enough, lines, table
from corpus.truth import Truth

TRUTH = Truth(
    "fit",
    "boosting",
    (("python", "fit.py"),),
    0,
    {
        "inputs": ["a.csv", "s3://lake/b.csv"],
        "outputs": ["m.pkl"],
        "parameters": [["lr", 0.1]],
        "metrics": [{"name": "loss", "printed": "loss (\\S+)"}],
        "seeds": [["random_state", 7]],
        "gaps": ["unseeded"],
        "also": {"outputs": ["cache/*"]},
    },
)


def run_of(folder: Path) -> dict[str, object]:
    return {
        "used": [
            {"role": "input", "name": "a.csv", "path": str(folder / "a.csv")},
            {"role": "input", "name": "b.csv", "uri": "s3://lake/b.csv"},
            {"role": "stdin", "name": "in"},
        ],
        "generated": [
            {"role": "output", "name": "m.pkl", "path": str(folder / "m.pkl")},
            {"role": "output", "name": "cache/1", "path": str(folder / "cache" / "1")},
            {"role": "output", "name": "lock", "path": "/somewhere/lock"},
            {"role": "stdout", "name": "out"},
        ],
        "parameter_details": {
            "SGD.lr": {"value": 0.1, "source": "torch"},
            "SVC.random_state": {"value": 7},
        },
        "metric_details": {"loss": {"value": 0.25, "series": [[0, 1.0], [1, 0.25]]}},
        "seeds": {"SVC.random_state": {"value": 7}},
        "gaps": [{"kind": "unseeded", "about": "numpy", "reason": "never"}],
    }


def test_a_run_that_tells_all_is_found_complete(tmp_path: Path) -> None:
    outcome = Outcome(TRUTH)
    score(outcome, [run_of(tmp_path)], tmp_path, "loss 0.2500\n", {})
    assert {kind: each.recall for kind, each in outcome.scores.items()} == dict.fromkeys(
        ("inputs", "outputs", "parameters", "metrics", "seeds"), 1.0
    )
    assert outcome.scores["outputs"].wrong == ["/somewhere/lock"]
    assert outcome.scores["parameters"].wrong == []


def test_a_silent_run_misses_everything(tmp_path: Path) -> None:
    outcome = Outcome(TRUTH)
    score(outcome, [{}], tmp_path, "loss 0.2500\n", {})
    assert [each.recall for each in outcome.scores.values()] == [0, 0, 0, 0, 0]
    assert [each.precision for each in outcome.scores.values()] == [1, 1, 1, 1, 1]
    assert any("missed gap unseeded" in line for line in lines(outcome))


@pytest.mark.parametrize(("found", "good"), [(98, True), (97, False)])
def test_what_is_enough(found: int, good: bool) -> None:
    one = Score(found=["x"] * found, missed=["x"] * (100 - found))
    assert enough(one) is good
    assert ("wanted" in list(table({"seeds": one}))[1]) is not good


def test_a_score_that_is_mostly_wrong_is_not_enough() -> None:
    assert not enough(Score(right=["x"] * 94, wrong=["x"] * 6))
