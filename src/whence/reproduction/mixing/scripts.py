"""Changes of a source file, as hunks that make sense alone.

Two hunks that bring in, or take away, the same name are one change; so are two of which one alone
leaves no program. What changes only comments, layout or docstrings changes nothing that runs.
"""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from whence.reproduction.mixing.pieces import (
    Piece,
    edits_between,
    joined_by,
    joined_until,
    made,
)

_WORD = re.compile(r"[^\W\d]\w*")
_LONGEST = 6_000
"""Lines; in a longer file the change is one piece."""
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text that became another."""

    a: tuple[str, ...]
    """Its lines, with their ends."""
    pieces: tuple[Piece, ...]
    idle: tuple[Piece, ...] = ()
    """Pieces that change nothing."""
    build: Callable[[Sequence[str]], str] = "".join
    """Lines → text."""

    def text(self, chosen: Sequence[Piece]) -> str:
        """The text with some pieces as in B."""
        return self.build(made(self.a, chosen))


def script_pieces(name: str, a: str, b: str) -> Pieces:
    """The change of a source file in pieces.

    Args:
        name: Its name: Python is looked into, other languages are not.
        a: Its text.
        b: Its text afterwards.
    """
    old, new = a.splitlines(keepends=True), b.splitlines(keepends=True)
    if max(len(old), len(new)) > _LONGEST:
        pieces = [Piece(tuple(edits_between(old, new)), name)]
        return Pieces(tuple(old), tuple(pieces))
    pieces = [Piece((edit,)) for edit in edits_between(old, new)]
    known_a, known_b = set(_WORD.findall(a)), set(_WORD.findall(b))

    def words_of(piece: Piece) -> set[str]:
        come = {word for edit in piece.edits for line in edit.new for word in _WORD.findall(line)}
        gone = {
            word
            for edit in piece.edits
            for line in old[edit.start : edit.stop]
            for word in _WORD.findall(line)
        }
        return (come - known_a) | (gone - known_b)

    pieces = joined_by(pieces, words_of)
    if name.endswith(".py") and _meaning(a) is not None and _meaning(b) is not None:
        pieces = joined_until(pieces, old, lambda lines: _meaning("".join(lines)) is not None)
        idle = [each for each in pieces if _meaning("".join(made(old, [each]))) == _meaning(a)]
    else:
        idle = []
    live = [each for each in pieces if each not in idle]
    return Pieces(
        tuple(old), tuple(_titled(name, each, old, len(live)) for each in live), tuple(idle)
    )


@cache
def _meaning(text: str) -> str | None:
    """What a program does, without comments, layout and docstrings; ``None`` for no program."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in ast.walk(tree):
        body: Any = getattr(node, "body", None)
        if isinstance(body, list):
            body[:] = [each for each in body if not _is_said(each)]
    return ast.dump(tree)


def _is_said(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _titled(name: str, piece: Piece, old: Sequence[str], count: int) -> Piece:
    first = piece.edits[0]
    if count == 1:
        return replace(piece, title=name)
    line = next((line for line in (*first.new, *old[first.start : first.stop]) if line.strip()), "")
    shown = line.strip()
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return replace(piece, title=f"{name}:{first.b_start + 1} {shown}".rstrip())
