"""When a told thing is the true thing."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.matching import (
    Score,
    Told,
    as_printed,
    equal,
    place,
    same_metric,
    same_parameter,
    same_place,
    same_seed,
    score_facts,
    score_places,
)
from corpus.truth import Fact

finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
JSON = st.recursive(st.booleans() | st.integers(-(2**53), 2**53) | finite | st.text(), st.lists)


@given(JSON)
def test_a_value_is_equal_to_itself(value: Any) -> None:
    assert equal(value, value)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_value_may_have_been_kept_in_32_bits(value: float) -> None:
    assert equal(struct.unpack("f", struct.pack("f", value))[0], value)


@given(finite.filter(lambda value: abs(value) < 1e300), st.integers(0, 12))
def test_a_number_is_what_was_printed_of_it(value: float, digits: int) -> None:
    assert as_printed(value, f"{value:.{digits}f}")
    assert as_printed(value, repr(value))
    assert as_printed(value, f"{value:.{digits}e}")


@pytest.mark.parametrize(
    ("told", "true", "same"),
    [
        (0.1, 0.1000000001, True),
        (0.1, 0.1001, False),
        ("0.25", 0.25, True),
        ("fast", 0.25, False),
        (True, True, True),
        (1, True, False),
        ("True", True, True),
        ((12, 6), [12, 6], True),
        ([12], [12, 6], False),
        (None, 0.25, False),
        ("a", "b", False),
    ],
)
def test_equal(told: Any, true: Any, same: bool) -> None:
    assert equal(told, true) is same


@pytest.mark.parametrize(
    ("told", "shown", "same"),
    [(0.91666, "0.917", True), (0.9174, "0.917", True), (0.918, "0.917", False), ("x", "1", False)],
)
def test_as_printed(told: Any, shown: str, same: bool) -> None:
    assert as_printed(told, shown) is same


@pytest.mark.parametrize(
    ("told", "true", "same"),
    [
        ("RandomForestClassifier.n_estimators", "n_estimators", True),
        ("Pipeline.svc__C", "C", True),
        ("Ridge#2.alpha", "alpha", True),
        ("learning-rate", "learning_rate", True),
        ("LEARNING_RATE", "learning_rate", True),
        ("rate", "learning_rate", False),
        ("model.learning_rate", "rate", False),
    ],
)
def test_a_parameter_goes_by_its_last_component(told: str, true: str, same: bool) -> None:
    assert same_parameter(Told(told, 1), Fact(true, 1)) is same
    assert not same_parameter(Told(told, 1), Fact(true, 2))


@pytest.mark.parametrize(
    ("name", "on", "true", "same"),
    [
        ("accuracy_score", "y_test", "accuracy", True),
        ("accuracy", "", "accuracy_score", True),
        ("best_score_", "", "best_score", True),
        ("eval.auc", "eval", "eval_auc", True),
        ("auc", "eval", "eval_auc", True),
        ("auc", "train", "eval_auc", False),
        ("eval.auc", "eval", "auc", True),
        ("Loss/train", "", "Loss/train", True),
        ("loss", "", "val_loss", False),
        ("recall", "", "precision", False),
    ],
)
def test_a_metric_goes_by_name_and_what_it_is_of(name: str, on: str, true: str, same: bool) -> None:
    assert same_metric(Told(name, 0.5, on=on), Fact(true, 0.5)) is same


def test_a_metric_s_earlier_values_count_only_when_asked_for() -> None:
    told = Told("loss", 1.0, series=(3.0, 2.0, 1.0))
    assert not same_metric(told, Fact("loss", 3.0))
    assert same_metric(told, Fact("loss", 3.0, any_step=True))
    assert same_metric(told, Fact("loss", 2.0, mean=True))
    assert same_metric(Told("cv", [1, 3]), Fact("cv", 2.0, mean=True))


@pytest.mark.parametrize(
    ("told", "true", "same"),
    [
        ("SVC.random_state", "random_state", True),
        ("numpy.random.seed", "numpy", True),
        ("numpy#2", "numpy", True),
        ("PYTHONHASHSEED", "python hash", True),
        ("torch.Generator", "torch.generator", True),
        ("torch.cuda", "torch", False),
        ("numpy.default_rng", "numpy", False),
        ("random", "numpy", False),
    ],
)
def test_a_seed_goes_by_its_generator(told: str, true: str, same: bool) -> None:
    assert same_seed(Told(told, 7), Fact(true, 7)) is same
    assert not same_seed(Told(told, 7), Fact(true, 8))


def test_a_place_is_its_address() -> None:
    address = "postgresql://h:1/db#public.orders"
    assert place("postgresql+psycopg://me:word@h:1/db?x=1#orders") == place(address)
    assert same_place("s3://lake/a.csv", "s3://lake/a.csv")
    assert same_place("runs/one/events.7", "runs/one/events.*")
    assert same_place("lake", "lake/a.parquet", folder=True)
    assert not same_place("lake", "lake/a.parquet")
    assert not same_place("lak", "lake/a.parquet", folder=True)


def test_what_is_told_of_places_is_counted_both_ways() -> None:
    score = score_places({"a": False, "out": True, "x": False}, ["a", "out/1", "b"], ["c"])
    assert (score.found, score.missed) == (["a", "out/1"], ["b"])
    assert (score.right, score.wrong) == (["a", "out"], ["x"])
    assert score.recall == 2 / 3


def test_defaults_and_names_of_files_are_never_wrong() -> None:
    told = [
        Told("m.a", 1),
        Told("m.b", 2, default=True),
        Told("m.c", 3, default=True),
        Told("path", "in.csv"),
        Told("z", 9),
        Told("also", 4),
    ]
    score = score_facts(
        "parameters", told, [Fact("a", 1), Fact("b", 2), Fact("d", 5)], [Fact("also")], {"in.csv"}
    )
    assert score.found == ["a = 1", "b = 2"]
    assert score.missed == ["d = 5"]
    assert [each.split()[0] for each in score.right] == ["m.a", "m.b", "also"]
    assert [each.split()[0] for each in score.wrong] == ["z"]


def test_all_of_nothing_is_everything() -> None:
    assert (Score().recall, Score().precision) == (1.0, 1.0)


@given(st.lists(st.tuples(st.text(min_size=1), st.integers()), max_size=8))
def test_telling_the_truth_scores_full_marks(facts: list[tuple[str, int]]) -> None:
    for kind in ("parameters", "metrics", "seeds"):
        told = [Told(name, value) for name, value in facts]
        score = score_facts(kind, told, [Fact(name, value) for name, value in facts])
        assert (score.recall, score.precision) == (1.0, 1.0)
