"""Changes of a command line, option by option."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from whence.reproduction.mixing.pieces import Edit, Piece, edits_between, made, parted

_OPTION = re.compile(r"--?[A-Za-z][^=]*")
_BETWEEN = "\0"


@dataclass(frozen=True, slots=True)
class Line:
    """A command line that became another."""

    a: tuple[str, ...]
    """Its words, those of an option together."""
    pieces: tuple[Piece, ...]

    def words(self, chosen: Sequence[Piece]) -> tuple[str, ...]:
        """The words with some pieces as in B."""
        return tuple(word for group in made(self.a, chosen) for word in group.split(_BETWEEN))


def compare_commands(a: Sequence[str], b: Sequence[str]) -> Line:
    """The change of a command line in pieces, one for each option or argument."""
    old, new = _groups(a), _groups(b)
    edits = [part for edit in edits_between(old, new) for part in parted(edit, old, _name)]
    by_name: dict[str, list[Edit]] = {}
    for edit in edits:
        groups = edit.new or old[edit.start : edit.stop]
        by_name.setdefault(_name(groups[0]) or f"{edit.start} {edit.b_start}", []).append(edit)
    pieces = [
        Piece(tuple(some), _title(some, old))
        for some in by_name.values()
        if sorted(_gone(some, old)) != sorted(_come(some))  # otherwise it only moved
    ]
    return Line(tuple(old), tuple(pieces))


def _groups(words: Sequence[str]) -> list[str]:
    """Words, each option with its values as one."""
    groups: list[str] = []
    takes = False
    for word in words:
        if takes and not _OPTION.match(word):
            groups[-1] += _BETWEEN + word
        else:
            groups.append(word)
        # Words after an option may be arguments; then they move with it, which does no harm.
        takes = bool(_OPTION.match(word)) and "=" not in word and word not in {"-m", "-c"}
    return groups


def _name(group: str) -> str:
    """The option of a group; empty for an argument."""
    option = _OPTION.match(group.split(_BETWEEN, maxsplit=1)[0])
    return option[0] if option else ""


def _gone(edits: Sequence[Edit], old: Sequence[str]) -> list[str]:
    return [group for edit in edits for group in old[edit.start : edit.stop]]


def _come(edits: Sequence[Edit]) -> list[str]:
    return [group for edit in edits for group in edit.new]


def _title(edits: Sequence[Edit], old: Sequence[str]) -> str:
    before = " ".join(_gone(edits, old)).replace(_BETWEEN, " ")
    after = " ".join(_come(edits)).replace(_BETWEEN, " ")
    name = _name(before.split(" ")[0]) if before else ""
    if before and after:
        cut = after[len(name) :].lstrip(" =") if name and after.startswith(name) else after
        return f"{before} → {cut}"
    return after or f"without {before}"
