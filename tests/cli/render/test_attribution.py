"""What attribute prints is told from its JSON alone, and says what there is to say."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reproduction.attribution.planted import factors, planted
from whence.cli.render.attribution import render_attribution, waterfall_of
from whence.reproduction.attribution.attribute import attribute
from whence.reproduction.attribution.finding import Finding
from whence.reproduction.attribution.laboratory import Mixture
from whence.reproduction.attribution.telling import Asked, finding_json
from whence.reproduction.attribution.trials import Budget
from whence.wire.schema import load_schema


def side(name: str, recorded: float) -> dict[str, object]:
    return {
        "ref": name,
        "id": "0" * 32,
        "kind": "model_version",
        "name": name,
        "called": name,
        "recorded": recorded,
    }


def told(finding: Finding, *notes: str) -> dict[str, Any]:
    details = {key: {"layer": "data", "steps": ["train"]} for key in "abcdef"}
    asked = Asked(side("m@1", 0.8), side("m@2", 0.78), "auc", "evaluate", details, notes)
    answer = finding_json(asked, finding)
    Draft202012Validator(load_schema("attribution-1")).validate(answer)
    return answer


def printed(finding: Finding, *, width: int = 100, encoding: str = "utf-8") -> str:
    return render_attribution(told(finding), width=width, styled=False, encoding=encoding)


NOISY = attribute(
    planted(
        {"a": -0.0135, "b": -0.0135, "c": 0.0083, "d": 0.0},
        {"ab": 0.005},
        noise=lambda _: 0.0005,
        chance=2,
    ),
    factors("abcd"),
)


def test_the_sentence_names_what_pulls_and_what_pulls_against_it() -> None:
    text = printed(NOISY)
    first = text.split("\n\n")[0].replace("\n", " ")
    assert first.startswith("auc fell by 0.0")
    assert "nobody can say which weighs more" in first
    assert "c (+0.0" in first
    assert "works against it" in first
    assert text.count("tied") == 2
    assert "within noise" in text
    assert "Together a and b do +0.00" in text
    assert "recorded was a change by \N{MINUS SIGN}0.0200; over other seeds it is" in text
    assert "causes among the recorded factors" in text.replace("\n", " ")
    assert "%" not in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, printed(NOISY, width=width).splitlines())) <= max(width, 90)


def test_a_plain_terminal_gets_plain_signs() -> None:
    assert printed(NOISY, encoding="ascii").isascii()


def test_noise_has_no_table_and_no_culprit() -> None:
    finding = attribute(planted({"a": 0.0}, noise=lambda _: 0.01), factors("a"))
    text = printed(finding)
    assert text.startswith("No effect beyond noise: auc")
    assert "because" not in text
    assert "share" not in text


def test_an_equal_metric_is_said_to_be_equal() -> None:
    finding = attribute(planted({"a": 0.0, "b": 0.0}), factors("ab"))
    assert printed(finding).startswith("No effect: auc of m@2 is that of m@1")


def test_what_cannot_be_told_apart_is_said_with_the_reason() -> None:
    finding = attribute(
        planted({"a": 1.0, "b": 2.0}, fails=lambda it: "no column x" if len(it) == 1 else ""),
        factors("ab"),
    )
    text = printed(finding)
    assert "by a and b together: they cannot be told apart" in text
    assert "with a alone it does not run (no column x)" in text


@pytest.mark.parametrize(
    ("runs", "said"), [(1, "nothing can be said"), (7, "the budget ended before anybody")]
)
def test_a_small_budget_says_how_far_it_came(runs: int, said: str) -> None:
    finding = attribute(
        planted({"a": 1.0, "b": 2.0, "c": 3.0}), factors("abc"), budget=Budget(runs)
    )
    text = printed(finding).replace("\n", " ")
    assert said in text
    assert "goes on" in text


def test_the_picture_holds_the_same_figures() -> None:
    answer = told(NOISY)
    fall = waterfall_of(answer)
    assert [each.name for each in fall.bars][:2] == [
        each["factor"] for each in answer["factors"][:2]
    ]
    assert fall.start[1] + sum(each.change for each in fall.bars) == pytest.approx(fall.end[1])


def test_all_trials_are_listed_on_demand() -> None:
    text = render_attribution(told(NOISY), width=100, styled=True, runs=True)
    assert text.count("recorded") >= len({trial.mixture for trial, _ in NOISY.trials})
    assert NOISY.mean(Mixture()) is not None
