"""What bisect prints: the way from A to B, with what was measured on it."""

from typing import Any

import pytest

from whence.cli.render.bisection import render_bisection
from whence.reproduction.bisected import sentence


def step(number: int) -> dict[str, str]:
    return {"kind": "commit", "step": f"commit {number:010}", "at": "", "commit": str(number)}


def answer(values: dict[int, float | None], *carriers: tuple[int, int, float]) -> dict[str, Any]:
    """Six steps; what points gave; which steps, after one point until another, carry what."""
    steps = [step(number) for number in range(1, 7)]
    side = {"ref": "x", "id": "0" * 32, "kind": "run", "name": "train", "recorded": 1.0}
    total = sum(each[2] for each in carriers)
    told: dict[str, Any] = {
        "a": {**side, "called": "train 0a"},
        "b": {**side, "called": "train 0b"},
        "metric": "auc",
        "complete": True,
        "change": {"value": total, "low": total, "high": total},
        "noise": 0.0,
        "seeds": 1,
        "spent": 3,
        "steps": steps,
        "carriers": [
            {"steps": steps[after:until], "change": change, "low": change, "high": change}
            for after, until, change in carriers
        ],
        "broken": [],
        "trials": [
            {"point": at, "seed": 0, "value": value, "why": "" if value else "no", "runs": []}
            for at, value in values.items()
        ],
    }
    return {**told, "sentence": sentence(told)}


def printed(told: dict[str, Any], encoding: str = "utf-8") -> str:
    return render_bisection(told, width=100, styled=False, encoding=encoding)


def test_one_step_is_named_and_what_was_not_run_is_counted() -> None:
    text = printed(answer({0: 0.8, 3: 0.8, 4: 0.7, 6: 0.7}, (3, 4, -0.1)))
    assert text.startswith("auc fell by 0.100 from train 0a to train 0b with commit 0000000004 (")
    assert "… 2 steps not run" in text
    assert "… 1 step not run" in text
    assert "4 of 7 points run; 3 trials run for it; seeds change nothing" in text


def test_several_steps_and_points_that_do_not_run_are_told() -> None:
    text = printed(answer({0: 0.8, 1: 0.9, 3: None, 4: 1.0, 6: 1.0}, (0, 1, 0.1), (2, 4, 0.1)))
    first = text.split("\n\n")[0].replace("\n", " ")
    assert "with 2 steps: commit 0000000001 (+0.100); one of commit 0000000003, commit" in first
    assert "does not run" in text


@pytest.mark.parametrize(
    ("complete", "said"), [(True, "No effect"), (False, "the budget ended before a step was found")]
)
def test_no_step_is_said_to_be_none(complete: bool, said: str) -> None:
    told = answer({0: 0.8, 6: 0.8}) | {"complete": complete}
    assert said in sentence(told)


def test_a_plain_terminal_gets_plain_signs() -> None:
    assert printed(answer({0: 0.8, 6: 0.7}, (0, 6, -0.1)), "ascii").isascii()
