"""Shipped programs that need these libraries are done again, and come to what is known of them."""

from pathlib import Path

import pytest

from reproduction.cases.expected import EXPECTED
from reproduction.cases.laboratory import applicable, do_again, recorded


@pytest.mark.parametrize("program", ["lgbm", "perceptron", "xgb"])
def test_a_program_under_every_condition(program: str, tmp_path: Path, client: Path) -> None:
    with recorded(tmp_path, program, client) as run:
        for condition, expected in zip(applicable(program), EXPECTED[program], strict=True):
            if condition == "rebuilt":  # gigabytes; the table of the guide was made with it
                continue
            comparison = do_again(run, condition).model.comparison
            assert comparison is not None
            assert comparison.likeness in expected, f"{condition}: {comparison.reason}"
