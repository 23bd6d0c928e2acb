from typing import Any

from whence.query.account import account_for
from whence.query.diff.side import Step
from whence.query.diff.usage import is_called_test, usage_of
from whence.testing.worlds import World, run_seen


def step(*told: dict[str, Any]) -> Step:
    world = World(run_seen("train", steps={"steps": list(told)} if told else {}))
    return Step(account_for(world.store, world.run("train")), (), (), None)


def given(role: str, of: str, *columns: str, rows: int = 5, split: str = "") -> dict[str, Any]:
    told = {"role": role, "of": [of], "columns": list(columns), "shape": [rows, len(columns)]}
    return {**told, "split": split} if split else told


def test_what_was_trained_on_and_what_was_measured_on() -> None:
    found = usage_of(
        [
            step(
                {"kind": "fit", "inputs": [given("X", "a.csv", "x"), given("y", "a.csv", "late")]},
                {
                    "kind": "evaluate",
                    "by": "auc",
                    "inputs": [given("y_true", "t.csv", "late", rows=7), given("y_score", "a.csv")],
                },
            ),
            None,
        ]
    )
    assert (found.trained, found.measured) == ({"a.csv"}, {"t.csv"})
    assert (found.features, found.labels) == ({"x"}, {"late"})
    assert found.tested == {"auc": {7}}
    assert found.only_measures("t.csv")
    assert not found.only_measures("a.csv")


def test_a_validation_set_that_is_handed_to_a_fit_is_not_trained_on() -> None:
    found = usage_of([step({"kind": "fit", "inputs": [given("X", "v.csv", split="validation")]})])
    assert not found.trained


def test_by_the_name_where_nobody_saw() -> None:
    nothing = usage_of([step()])
    assert nothing.only_measures("data/test.csv")
    assert not nothing.only_measures("data/train.csv")
    assert is_called_test("hold/x-valid.2024.csv")
    assert not is_called_test("data/latest.csv")
    assert not is_called_test("tests/data.csv")
