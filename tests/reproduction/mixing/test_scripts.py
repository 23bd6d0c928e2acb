"""Hunks of code that make sense alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.mixing.scripts import script_pieces

A = """import csv


def mean(rows):
    return sum(rows) / len(rows)


depth = 3
print(mean([1]))
"""


def test_two_changes_are_two_pieces_and_can_be_made_alone() -> None:
    b = A.replace("depth = 3", "depth = 4").replace("/ len(rows)", "/ (len(rows) + 1)")
    found = script_pieces("train.py", A, b)
    assert [each.title for each in found.pieces] == [
        "train.py:5 return sum(rows) / (len(rows) + 1)",
        "train.py:8 depth = 4",
    ]
    assert found.text([found.pieces[1]]) == A.replace("depth = 3", "depth = 4")
    assert found.text(found.pieces) == b


def test_what_brings_a_name_in_and_what_uses_it_are_one() -> None:
    b = A.replace("import csv\n", "import csv\nimport math\n").replace(
        "print(mean([1]))", "print(math.sqrt(mean([1])))"
    )
    (piece,) = script_pieces("train.py", A, b).pieces
    assert piece.title == "train.py"


def test_what_alone_is_no_program_is_joined() -> None:
    b = A.replace("def mean(rows):\n", "def mean(rows):\n    if rows:\n      pass\n").replace(
        "    return sum", "    else:\n        return 0\n    return sum"
    )
    assert len(script_pieces("train.py", A, b).pieces) == 1


@pytest.mark.parametrize(
    "b",
    [
        A.replace("depth = 3", "depth = 3  # as deep as it goes"),
        A.replace("def mean(rows):\n", 'def mean(rows):\n    """Their mean."""\n'),
        A.replace("\n\n\n", "\n\n"),
    ],
)
def test_comments_layout_and_docstrings_change_nothing(b: str) -> None:
    found = script_pieces("train.py", A, b)
    assert found.pieces == ()
    assert found.idle


def test_other_languages_are_taken_as_lines() -> None:
    assert len(script_pieces("train.R", "x <- 1\ny <- 2\nz\n", "x <- 2\ny <- 2\nq\n").pieces) == 2


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts_have_pieces(a: str, b: str) -> None:
    for name in ("x.py", "x.txt"):
        found = script_pieces(name, a, b)
        assert found.text([]) == a
        assert found.text([*found.pieces, *found.idle]) == b
