"""Command lines change option by option."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.mixing.commands import compare_commands


@pytest.mark.parametrize(
    ("a", "b", "titles"),
    [
        ("python train.py", "python train.py --rate 0.3", ["--rate 0.3"]),
        ("python train.py --rate 0.1", "python train.py --rate=0.3", ["--rate 0.1 → 0.3"]),
        ("python train.py --deep", "python train.py", ["without --deep"]),
        ("python a.py --x 1 --y 2", "python a.py --y 3 --x 1", ["--y 2 → 3"]),
        ("python a.py --x 1 --y 2", "python a.py --y 2 --x 1", []),
        ("python a.py one --n -3", "python a.py two --n -4", ["one → two", "--n -3 → -4"]),
        ("python a.py --ids 1 2 3", "python a.py --ids 1 2", ["without 3"]),
    ],
)
def test_each_option_is_a_piece(a: str, b: str, titles: list[str]) -> None:
    line = compare_commands(a.split(), b.split())
    assert [each.title for each in line.pieces] == titles
    assert line.words([]) == tuple(a.split())


def test_pieces_can_be_made_alone() -> None:
    line = compare_commands(
        "python a.py --x 1 --y 2".split(), "python a.py --x 3 --z --y 4".split()
    )
    assert [" ".join(line.words([each])) for each in line.pieces] == [
        "python a.py --x 3 --y 2",
        "python a.py --x 1 --y 4",
        "python a.py --x 1 --z --y 2",
    ]


WORDS = st.lists(st.sampled_from(["a.py", "--x", "1", "2", "--y=3", "-v", "--", "-m"]), max_size=7)


@given(WORDS, WORDS)
def test_all_pieces_give_the_words_of_b(a: list[str], b: list[str]) -> None:
    line = compare_commands(a, b)
    assert line.words([]) == tuple(a)
    if line.pieces or sorted(a) == sorted(b):
        assert sorted(line.words(line.pieces)) == sorted(b)
