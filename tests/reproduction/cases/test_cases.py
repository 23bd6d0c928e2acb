"""Shipped programs are done again by the real thing, and come to what is known of them."""

import sys
from pathlib import Path

import pytest

from reproduction.cases.conditions import CONDITIONS
from reproduction.cases.expected import EXPECTED
from reproduction.cases.laboratory import (
    PROGRAMS,
    applicable,
    come_to_what_is_known,
    do_again,
    recorded,
)
from whence.reproduction.comparers.harmless import HARMLESS

HEAVY = {"xgb", "lgbm", "perceptron"}
"""Those that need an environment of ``requirements/clients/``: see ``tests/clients``."""


def test_each_program_has_its_expectation_for_each_condition() -> None:
    assert EXPECTED.keys() == {path.stem for path in PROGRAMS.glob("*.py")}
    for program, row in EXPECTED.items():
        assert len(row) == len(applicable(program))


@pytest.mark.parametrize(
    ("program", "condition", "harmless"),
    [("logistic", "again", None), ("words", "again", "memory-address")],
)
def test_a_program_comes_to_what_is_known_of_it(
    program: str, condition: str, harmless: str | None, tmp_path: Path
) -> None:
    with recorded(tmp_path, program, Path(sys.executable)) as run:
        outcome = do_again(run, condition)
    assert outcome.model.comparison is not None
    assert outcome.model.comparison.likeness in EXPECTED[program][0]
    assert outcome.verdict.is_good
    assert outcome.model.comparison.harmless == (
        (HARMLESS[harmless].what,) if harmless is not None else ()
    )


@pytest.mark.slow
@pytest.mark.parametrize("program", sorted(EXPECTED.keys() - HEAVY))
def test_a_program_under_every_condition(program: str, tmp_path: Path) -> None:
    come_to_what_is_known(program, tmp_path, Path(sys.executable))
    assert set(applicable(program)) <= set(CONDITIONS)
