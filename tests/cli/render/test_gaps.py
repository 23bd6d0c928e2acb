from typing import Any

import pytest

from whence.cli.render.gaps import render_gaps
from whence.query.gaps import gaps_json
from whence.testing.worlds import World, pipeline


def stage(**more: Any) -> dict[str, Any]:
    told = {"run": "4f2a91c0" * 4, "job": "train", "model": "Forest", "by": ["Forest.fit"]}
    return {**told, "where": ["train.py:12"], "what": "X", "files": [], **more}


def leak(kind: str, message: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "message": message,
        "trained": stage(),
        "evaluated": stage(by=["a", "b", "c", "d"], what="", files=["x.csv"], where=[]),
        **more,
    }


@pytest.fixture
def told() -> dict[str, Any]:
    world = World(*pipeline())
    return gaps_json(world.store, world.thing("models/delay.joblib"))


def test_the_score_is_a_table_with_reasons_and_remedies_below(told: dict[str, Any]) -> None:
    told["warnings"] = []
    assert render_gaps(told, width=90, styled=False).split("\n") == [
        "80 % of where this comes from is known",
        "layer        known  observed  declared  imported  inferred  unknown",
        "data          81 %      81 %         ·         ·         ·     19 %",
        "code         100 %     100 %         ·         ·         ·        ·",
        "parameters   100 %     100 %         ·         ·         ·        ·",
        "environment  100 %     100 %         ·         ·         ·        ·",
        "seeds            -",
        "evaluation   100 %     100 %         ·         ·         ·        ·",
        "base model       -",
        "in all        80 %      80 %         ·         ·         ·     20 %",
        "",
        "  data         data/flights.csv: nothing is recorded of where it came from",
        "  seeds        not counted: no use of randomness was seen",
        "  base model   not counted: no model went into it",
        "",
        "What would raise it most easily",
        "   +19.5  Record where data/flights.csv came from: fetch or make it under Whence (a",
        "          command, then run it again)",
        "          $ whence run -- curl -fL -o data/flights.csv https://WHERE/IT/COMES/FROM",
        "          $ whence run -- python prepare.py",
        "",
        "1 gap among the 11 things this comes from",
        "",
        "origin-unknown: nothing is recorded of where this came from",
        "  ? data/flights.csv: no recorded run made it",
        "    to fill it: record the run that makes it, or declare its source",
    ]


def test_warnings_come_first_and_say_where(told: dict[str, Any]) -> None:
    told["warnings"] = [
        leak("rows-in-both", "50 of \x1b[2J", severity="high"),
        leak("preprocessing", "it learned " * 20, severity="low"),
    ]
    told["notes"] = [leak("train-score", "also on training data")]
    shown = render_gaps(told, width=80, styled=False)
    lines = shown.split("\n")
    assert lines[:3] == [
        r"!! 50 of \x1b[2J.",
        "   trained    Forest.fit of X at train.py:12 in run 4f2a91c0 (train)",
        "   evaluated  a, b, c … of x.csv in run 4f2a91c0 (train)",
    ]
    assert lines[3].startswith("!  It learned")
    assert "note: Also on training data." in lines
    assert all(len(line) <= 100 for line in lines)
    assert "\x1b[1;31m" in render_gaps(told, width=80, styled=True)


def test_nothing_to_say_is_said(told: dict[str, Any]) -> None:
    told |= {"warnings": [], "notes": [], "gaps": [], "kinds": {}, "nodes": 1}
    told["completeness"] = {"score": None, "shares": {}, "layers": {}, "actions": []}
    shown = render_gaps(told, width=80, styled=False)
    assert shown == "No gaps among the 1 thing this comes from, as far as was observed."
