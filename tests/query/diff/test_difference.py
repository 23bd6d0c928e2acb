import pytest

from whence.query.diff.difference import (
    Change,
    Compared,
    Difference,
    LayerDiff,
    Status,
    StepPlace,
    What,
    verdict,
)

NOBODY = Compared("0" * 32, "run", "train")


@pytest.mark.parametrize(
    ("whats", "status"),
    [
        ([], "same"),
        (["unknown"], "unknown"),
        (["changed"], "changed"),
        (["only_in_a"], "changed"),
        (["unknown", "only_in_b"], "changed"),
    ],
)
def test_a_known_difference_outweighs_what_is_not_known(whats: list[What], status: Status) -> None:
    assert verdict(Change(what, "x") for what in whats) == status


def difference(*statuses: Status, alone: bool = False) -> Difference:
    steps = (StepPlace("train", "1" * 32, None if alone else "2" * 32),)
    layers = {str(at): LayerDiff(status) for at, status in enumerate(statuses)}
    return Difference(NOBODY, NOBODY, steps, layers)


def test_all_must_be_the_same_to_be_the_same() -> None:
    assert difference("same", "same").status == "same"
    assert difference("same", "unknown").status == "unknown"
    assert difference("unknown", "changed").status == "changed"


def test_a_step_that_only_one_side_has_is_a_difference() -> None:
    assert difference("same", alone=True).status == "changed"
