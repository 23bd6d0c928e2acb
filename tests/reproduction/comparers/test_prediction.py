"""Where two models stand, by what was read and what the sandbox told."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from whence.errors import SandboxError
from whence.reproduction.comparers.prediction import judge, weigh
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Likeness, Pair

DIFFERENT = liken({"w": 1.0}, {"w": 2.0})
WITHIN = liken({"w": 1.0}, {"w": 1.0 + 1e-13})
OPAQUE = liken({"handle": b"1"}, {"handle": b"2"})
EQUAL = {"table": "test.csv", "rows": 4, "identical": True, "largest": 0.0, "kind": "float64"}
NEAR = {**EQUAL, "identical": False, "decisions": True, "largest": 1e-12, "differing": 2}
SINGLE = {**NEAR, "largest": 1e-7, "kind": "float32"}
LABELS = {**NEAR, "largest": 0.2}
OTHER = {**LABELS, "decisions": False}


@pytest.mark.parametrize(
    ("read", "predicted", "likeness", "reason"),
    [
        (DIFFERENT, [EQUAL], Likeness.PREDICTIONS, "equal predictions on 4 rows of test.csv; "),
        (WITHIN, [EQUAL], Likeness.PREDICTIONS, "equal predictions"),
        (WITHIN, [OTHER], Likeness.VALUES, "first at w: 1.0 was"),
        (DIFFERENT, [NEAR], Likeness.VALUES, "predictions on 4 rows of test.csv differ by 1e-12"),
        (DIFFERENT, [SINGLE], Likeness.VALUES, "differ by 1e-07 at most"),
        (DIFFERENT, [LABELS], Likeness.DECISIONS, "the same decisions on 4 rows"),
        (DIFFERENT, [OTHER], Likeness.DIFFERENT, "first at w: 1.0 was, 2.0 is"),
        (DIFFERENT, [OTHER], Likeness.DIFFERENT, "predictions differ for 2 of 4 rows of test.csv"),
        (DIFFERENT, [EQUAL, NEAR], Likeness.VALUES, "4 rows of test.csv and 1 more"),
        (DIFFERENT, [EQUAL, OTHER], Likeness.DIFFERENT, "for 2 of 8 rows of test.csv and 1 more"),
        (OPAQUE, [EQUAL], Likeness.PREDICTIONS, "equal predictions"),
        (OPAQUE, [OTHER], Likeness.DIFFERENT, "for 2 of 4 rows"),
    ],
)
def test_the_ladder(
    read: Any, predicted: Sequence[Mapping[str, Any]], likeness: Likeness, reason: str
) -> None:
    found = weigh("pickle", read.comparison("pickle"), {"predictions": predicted})
    assert found.likeness is likeness
    assert reason in found.reason


@pytest.mark.parametrize(
    ("weights", "likeness"),
    [
        ({"exact": True}, Likeness.CANONICAL),
        ({"exact": False, "largest": 1e-12, "kind": "float64"}, Likeness.VALUES),
        ({"exact": False, "largest": 1e-7, "kind": "float64"}, Likeness.DIFFERENT),
        ({"exact": False, "largest": 1e-7, "kind": "float32"}, Likeness.VALUES),
        ({"exact": False, "different": "not built alike"}, Likeness.DIFFERENT),
        (None, Likeness.UNREAD),
    ],
)
def test_weights_tell_where_only_the_library_reads(
    weights: Mapping[str, Any] | None, likeness: Likeness
) -> None:
    unread = OPAQUE.comparison("pickle")
    assert weigh("pickle", unread, {"weights": weights}).likeness is likeness


def test_why_there_are_no_predictions_is_said() -> None:
    found = weigh("pickle", DIFFERENT.comparison("pickle"), {"refused": "no columns fit"})
    assert found.reason.endswith("predictions could not be compared: no columns fit")


class Failing:
    def ask(self, script: str, words: Sequence[str], readable: Sequence[Path]) -> Mapping[str, Any]:
        raise SandboxError("the sandbox gave no answer within 1 s")


class Unused:
    def ask(self, script: str, words: Sequence[str], readable: Sequence[Path]) -> Mapping[str, Any]:
        raise AssertionError(script)


def pair_in(folder: Path, sandbox: Any, *tables: Path) -> Pair:
    return Pair(folder / "a", folder / "b", "m.pkl", sandbox, tables)


def test_a_sandbox_that_fails_leaves_what_was_read(tmp_path: Path) -> None:
    found = judge("pickle", "pickle", pair_in(tmp_path, Failing(), tmp_path / "t"), WITHIN)
    assert found.likeness is Likeness.VALUES
    assert found.reason.endswith(
        "predictions could not be compared: the sandbox gave no answer within 1 s"
    )


@pytest.mark.parametrize(
    ("read", "tables"), [(liken(1, 1), [Path("t")]), (DIFFERENT, []), (WITHIN, [])]
)
def test_nothing_is_loaded_without_need(tmp_path: Path, read: Any, tables: list[Path]) -> None:
    found = judge("pickle", "pickle", pair_in(tmp_path, Unused(), *tables), read)
    assert found == read.comparison("pickle")


def test_without_a_sandbox_what_only_a_library_reads_is_unread(tmp_path: Path) -> None:
    found = judge("catboost", "catboost", pair_in(tmp_path, None), None)
    assert found == Comparison(
        Likeness.UNREAD, "catboost", "only its own library reads this format"
    )
