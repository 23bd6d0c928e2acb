"""Programs run by the environment's interpreter with the agent inside, and what hooks told."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from capture.frameworks.conftest import Watch, Watched
from capture.frameworks.conftest import watch as watch  # noqa: PLC0414  a fixture

MADE = """
import hashlib
import sys
import numpy as np
import pandas as pd
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.random((300, 4)), columns=list("abcd"))
y = (X.a + X.b > 1).astype(int)
X_train, X_test, y_train, y_test = X[:200], X[200:], y[:200], y[200:]
def show(path):
    with open(path, "rb") as file:
        print(path, hashlib.sha256(file.read()).hexdigest())
"""
"""What the programs start from."""

Program = Callable[..., Watched]


@pytest.fixture
def program(watch: Watch, client: Path) -> Program:
    """Run source on a made table; what it prints must be what it prints unwatched."""

    def run(source: str, **options: Any) -> Watched:
        return partial(watch, python=str(client), **options)(MADE + source)

    return run


def measured(found: Watched, name: str, on: str) -> list[tuple[int, float]]:
    """The steps of one metric."""
    return [
        (each["step"], each["value"])
        for each in found.all("metric")
        if each["name"] == name and each["on"] == on
    ]


def steered(found: Watched, owner: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was set of an owner, and what is the library's own."""
    values: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for each in found.all("parameters"):
        if each["owner"] == owner:
            for name, value in each["values"].items():
                (defaults if name in each["defaults"] else values)[name] = value
    return values, {name: value for name, value in defaults.items() if name not in values}


def facts(found: Watched, number: int) -> dict[str, Any]:
    """All that was told of one object."""
    told: dict[str, Any] = {}
    for each in found.all("object"):
        if each["n"] == number:
            told |= {name: value for name, value in each.items() if value not in ("", None)}
    return told


def of(found: Watched, event: str, **fields: Any) -> list[dict[str, Any]]:
    """What was told in one form, with these values."""
    return [
        each
        for each in found.all(event)
        if all(each.get(name) == value for name, value in fields.items())
    ]
