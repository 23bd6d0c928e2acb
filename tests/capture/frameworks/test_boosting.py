"""What boosting libraries' hooks share; the libraries themselves are in ``tests/clients``."""

import functools
import math
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.agent.frameworks import boosting


def train(params: Any, data: Any, rounds: int = 10, *, evals: Any = None, seed: int = 0) -> None:
    raise NotImplementedError


@functools.wraps(train)
def wrapped(*args: Any, **kwargs: Any) -> None:
    return train(*args, **kwargs)


@pytest.mark.parametrize("function", [train, wrapped])
def test_arguments_have_names(function: Any) -> None:
    assert boosting.arguments(function, ({}, "d"), {"seed": 3}) == (
        {"params": {}, "data": "d", "seed": 3},
        {"rounds": 10, "evals": None},
    )


def test_pairs_are_settings_too() -> None:
    pairs = [("eta", 0.1), ("eval_metric", "auc"), ("eval_metric", "error"), ("eval_metric", "x")]
    assert boosting.settings(pairs) == {"eta": 0.1, "eval_metric": ["auc", "error", "x"]}
    assert boosting.settings(None) == {}


def test_data_is_no_parameter() -> None:
    told = {"a": 1, "b": [[1, 2]], "c": object(), "d": train, "e": ["x", len], "f": None}
    assert boosting.plain_arguments(told, told) == {"a": 1, "d": "train", "e": ["x", "len"]}


@given(st.integers(-999_999, 999_999), st.integers(0, 12))
def test_a_float_of_four_bytes_reads_as_it_was_written(digits: int, power: int) -> None:
    written = float(f"{digits}e-{power}")
    assert boosting.number(f"{np.float32(written):.9g}") == written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.300000012", 0.3),
        ("1", 1),
        ("gbtree", "gbtree"),
        ("0.1", 0.1),
        ("0.123456789123", 0.123456789123),
    ],
)
def test_numbers_as_a_core_prints_them(text: str, value: Any) -> None:
    assert boosting.number(text) == value


def test_without_numpy_a_number_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numpy")
    assert boosting.number("0.300000012") == 0.300000012
    assert math.isnan(boosting.number("nan"))


class Estimator:
    def __init__(self, depth: int = 3, missing: float = math.nan, seed: Any = None) -> None:
        self.values = {"depth": depth, "missing": missing, "seed": seed}

    def get_params(self, *, deep: bool) -> dict[str, Any]:
        return self.values


class Classifier(Estimator):
    def __init__(self, *, objective: str = "binary", **others: Any) -> None:
        super().__init__(**others)
        self.values["objective"] = objective


def test_an_estimators_own_defaults_are_known_from_what_was_set() -> None:
    values, defaults = boosting.estimator_arguments(Classifier(depth=4))
    assert values.keys() == {"depth", "missing", "objective"}
    assert set(defaults) == {"missing", "objective"}


def test_roles_of_what_a_model_was_watched_on() -> None:
    train_, one, two = object(), object(), object()
    assert boosting.validations([train_, one, two, one], train_) == {
        "validation": one,
        "validation_2": two,
    }


def test_sets_come_alone_or_in_lists() -> None:
    assert boosting.sets_of(("X", "y")) == [("X", "y")]
    assert boosting.sets_of([("X", "y"), ("Z", "w")]) == [("X", "y"), ("Z", "w")]
    assert boosting.sets_of(None) == []
