"""Shipped programs that need these libraries are done again, and come to what is known of them."""

from pathlib import Path

import pytest

from reproduction.cases.laboratory import come_to_what_is_known


@pytest.mark.parametrize("program", ["perceptron"])
def test_a_program_under_every_condition(program: str, tmp_path: Path, client: Path) -> None:
    come_to_what_is_known(program, tmp_path, client)
