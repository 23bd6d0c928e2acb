from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.parameters import (
    INSTANCES,
    merge_parameters,
    read_parameters,
    seeds_among,
)


def given(owner: str, values: dict[str, Any], *defaults: str) -> Telling:
    told = {"owner": owner, "values": values, "defaults": list(defaults), "source": "sklearn"}
    return Telling(1, "parameters", told)


def configured(values: dict[str, Any], **origins: str) -> Telling:
    return Telling(1, "configured", {"source": "argparse", "values": values, "origins": origins})


def values_of(found: dict[str, Any]) -> dict[str, Any]:
    return {name: detail["value"] for name, detail in found.items()}


def test_arguments_stand_under_their_owner_and_defaults_are_marked() -> None:
    found, _, gaps = read_parameters([given("Forest", {"trees": 5, "depth": None}, "depth")])
    assert found == {
        "Forest.trees": {"value": 5, "source": "sklearn", "owner": "Forest"},
        "Forest.depth": {"value": None, "source": "sklearn", "owner": "Forest", "default": True},
    }
    assert gaps == []


def test_two_things_of_one_name_are_told_apart_where_they_differ() -> None:
    told = [
        given("Loader", {"batch": 64}),
        given("Loader", {"batch": 64, "workers": 2}),
        given("Loader", {"batch": 1000}),
    ]
    assert values_of(read_parameters(told)[0]) == {
        "Loader.batch": 64,
        "Loader.workers": 2,
        "Loader#2.batch": 1000,
    }


def test_what_was_set_wins_over_the_same_value_as_a_default() -> None:
    found, _, _ = read_parameters([given("A", {"x": 1}, "x"), given("A", {"x": 1})])
    assert found == {"A.x": {"value": 1, "source": "sklearn", "owner": "A"}}


def test_a_search_by_hand_leaves_a_gap_and_not_a_thousand_things() -> None:
    found, _, (gap,) = read_parameters([given("A", {"x": at}) for at in range(INSTANCES + 5)])
    assert len(found) == INSTANCES
    assert (gap.kind, gap.about) == ("truncated", "A")


def test_secrets_are_taken_out() -> None:
    told = [configured({"api_key": "sk-live-0123456789abcdef"}, api_key="command line")]
    _, found, _ = read_parameters(told)
    assert "0123456789" not in str(found.values)


def test_the_program_s_own_account_of_its_command_line_replaces_ours() -> None:
    _, known, _ = read_parameters(
        [
            configured(
                {"learning_rate": 0.5, "data": "a.csv", "epochs": 3},
                learning_rate="command line",
                data="command line",
                epochs="default",
            )
        ]
    )
    outside = {
        "learning-rate": {"value": 0.5, "source": "command line"},
        "argument 1": {"value": "a.csv", "source": "command line"},
        "extra": {"value": 9, "source": "command line"},
    }
    merged = merge_parameters(outside, {}, known)
    assert {name: (each["value"], each["source"]) for name, each in merged.items()} == {
        "extra": (9, "command line"),
        "learning_rate": (0.5, "command line"),
        "data": ("a.csv", "command line"),
        "epochs": (3, "argparse, default"),
    }


def test_a_value_of_a_file_gives_way_to_what_came_out_of_it() -> None:
    _, known, _ = read_parameters([configured({"model.lr": 0.5}, **{"model.lr": "command line"})])
    outside = {
        "lr": {"value": 0.1, "source": "conf/model.yaml"},
        "other": {"value": 1, "source": "conf/model.yaml"},
    }
    assert values_of(merge_parameters(outside, {}, known)) == {"model.lr": 0.5, "other": 1}


def test_seeds_are_found_by_their_names() -> None:
    found, _, _ = read_parameters(
        [given("A", {"random_state": 7, "step__seed": 8, "seedling": 9, "seed": None})]
    )
    assert values_of(seeds_among(found)) == {"A.random_state": 7, "A.step__seed": 8}
