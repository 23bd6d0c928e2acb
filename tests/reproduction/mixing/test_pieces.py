"""Any choice of edits gives a sequence; all of them B, none of them A."""

from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.mixing.pieces import (
    Edit,
    Piece,
    edits_between,
    joined_by,
    joined_until,
    made,
    parted,
)

LINES = st.lists(st.sampled_from(["a = 1", "a = 2", "b = 1", "b = 2", "c", ""]), max_size=12)


@given(LINES, LINES)
def test_all_edits_give_b_and_none_give_a(a: list[str], b: list[str]) -> None:
    pieces = [Piece((edit,)) for edit in edits_between(a, b)]
    assert made(a, pieces) == b
    assert made(a, []) == a


@given(LINES, LINES)
def test_edits_item_by_item_lose_nothing(a: list[str], b: list[str]) -> None:
    edits = [
        each for edit in edits_between(a, b) for each in parted(edit, a, lambda line: line[:1])
    ]
    assert sorted(made(a, [Piece((each,)) for each in edits])) == sorted(b)


def test_items_of_one_name_are_exchanged() -> None:
    (edit,) = edits_between(["a = 1", "b = 1"], ["b = 2", "c = 3"])
    parts = parted(edit, ["a = 1", "b = 1"], lambda line: line[0])
    assert {(each.start, each.stop, each.new) for each in parts} == {
        (1, 2, ("b = 2",)),
        (0, 1, ()),
        (2, 2, ("c = 3",)),
    }


def test_pieces_that_share_a_word_are_one() -> None:
    edits = [Edit(at, at, (word,), at) for at, word in enumerate(["x", "y", "x z", "z"])]
    found = joined_by([Piece((each,)) for each in edits], lambda it: it.edits[0].new[0].split())
    assert [len(each.edits) for each in found] == [2, 1, 1]


def test_pieces_are_joined_until_each_stands_alone() -> None:
    a = ["f(", ")", "g"]
    pieces = [
        Piece((Edit(0, 1, ("f[",), 0),)),
        Piece((Edit(1, 2, ("]",), 1),)),
        Piece((Edit(2, 3, ("h",), 2),)),
    ]

    def is_whole(lines: list[str]) -> bool:
        text = "".join(lines)
        return ("f(" in text) == (")" in text) and ("f[" in text) == ("]" in text)

    found = joined_until(pieces, a, lambda lines: is_whole(list(lines)))
    assert [len(each.edits) for each in found] == [2, 1]
