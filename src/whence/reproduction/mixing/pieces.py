"""A sequence that became another, as edits of which any choice can be made."""

import difflib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One place: ``a[start:stop]`` became ``new``, which is ``b[b_start:b_start + len(new)]``."""

    start: int
    stop: int
    new: tuple[str, ...]
    b_start: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Edits that are only ever made together."""

    edits: tuple[Edit, ...]
    title: str = ""
    """What changes, for people."""


def edits_between(a: Sequence[str], b: Sequence[str]) -> list[Edit]:
    """The edits that turn one into the other, in order."""
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [
        Edit(start, stop, tuple(b[b_start:b_stop]), b_start)
        for tag, start, stop, b_start, b_stop in matcher.get_opcodes()
        if tag != "equal"
    ]


def parted(edit: Edit, a: Sequence[str], name_of: Callable[[str], str]) -> list[Edit]:
    """An edit, item by item: an exchange of two that have one name, else one taken or added."""
    gone = list(range(edit.start, edit.stop))
    come = list(range(len(edit.new)))
    found: list[Edit] = []
    for at in list(come):
        name, last = name_of(edit.new[at]), found[-1].start if found else -1
        # Only in their order: what was exchanged crosswise would stand in another order than in B.
        partner = next((each for each in gone if each > last and name_of(a[each]) == name), None)
        if partner is not None:
            gone.remove(partner)
            come.remove(at)
            found.append(Edit(partner, partner + 1, (edit.new[at],), edit.b_start + at))
    found += [Edit(each, each + 1, (), edit.b_start) for each in gone]
    for at in come:
        # It goes behind the last exchanged item that stands before it in B.
        before = [each.stop for each in found if each.new and each.b_start < edit.b_start + at]
        place = max(before, default=edit.start)
        found.append(Edit(place, place, (edit.new[at],), edit.b_start + at))
    return found


def made(a: Sequence[str], pieces: Iterable[Piece]) -> list[str]:
    """The first sequence with the edits of some pieces."""
    result = list(a)
    edits = [edit for piece in pieces for edit in piece.edits]
    # From the end, so that places stay what they are; what is put in at a place comes before it.
    for edit in sorted(edits, key=lambda it: (it.start, it.stop, it.b_start), reverse=True):
        result[edit.start : edit.stop] = edit.new
    return result


def merged(pieces: Sequence[Piece], *which: Piece) -> list[Piece]:
    """The pieces with these as one, in the place of the first of them."""
    one = Piece(tuple(edit for piece in pieces if piece in which for edit in piece.edits))
    first = next(at for at, piece in enumerate(pieces) if piece in which)
    return [
        one if at == first else piece
        for at, piece in enumerate(pieces)
        if at == first or piece not in which
    ]


def joined_until(
    pieces: Sequence[Piece], a: Sequence[str], is_whole: Callable[[Sequence[str]], bool]
) -> list[Piece]:
    """The pieces, neighbours made one until each can be made alone and left out alone.

    Args:
        pieces: In order.
        a: What they are edits of.
        is_whole: Whether a result can be what it is meant to be, such as a program.
    """
    found = list(pieces)
    at = 0
    while len(found) > 1 and at < len(found):
        piece = found[at]
        others = [each for each in found if each != piece]
        if is_whole(made(a, [piece])) and is_whole(made(a, others)):
            at += 1
            continue
        neighbour = found[at + 1] if at + 1 < len(found) else found[at - 1]
        found = merged(found, piece, neighbour)
        at = 0
    return found


def joined_by(pieces: Sequence[Piece], words_of: Callable[[Piece], Collection[str]]) -> list[Piece]:
    """The pieces, those made one that share a word."""
    found = list(pieces)
    at = 0
    while at < len(found):
        words = set(words_of(found[at]))
        other = next((each for each in found[at + 1 :] if words.intersection(words_of(each))), None)
        if other is None:
            at += 1
        else:
            found = merged(found, found[at], other)
    return found
