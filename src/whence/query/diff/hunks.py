"""The lines that changed between two versions of a text, as unified hunks."""

import difflib
from dataclasses import dataclass
from itertools import takewhile

_CONTEXT = 3
_LARGEST = 6_000
"""Lines on either side, after what both begin and end with, up to which hunks are looked for."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of the first text in whose place stand lines of the second; numbered from 1."""

    a: range
    b: range


@dataclass(frozen=True, slots=True)
class Hunks:
    """What changed, or why that is not told."""

    hunks: tuple[str, ...] | None
    """Each begins with ``@@ -1,4 +1,5 @@``; ``None`` where ``reason`` says why not."""
    added: int = 0
    removed: int = 0
    reason: str = ""
    edits: tuple[tuple[Edit, ...], ...] = ()
    """For each hunk, what changed in it, without the lines around."""


def compare_texts(a: str | None, b: str | None) -> Hunks:
    """The hunks between two texts of different content, either of which may not be at hand."""
    missing = [side for side, text in (("a", a), ("b", b)) if text is None]
    if missing:
        where = "neither version" if len(missing) == 2 else f"the version of {missing[0]}"
        verb = "is" if len(missing) == 2 else "is not"
        return Hunks(None, reason=f"the text of {where} {verb} at hand")
    assert a is not None
    assert b is not None
    if a == b:
        return Hunks((), reason="the two differ only where secrets were taken out")
    if "\0" in a or "\0" in b:
        return Hunks(None, reason="it is not text")
    return _compare_lines(_lines(a), _lines(b))


def _lines(text: str) -> list[str]:
    """The lines; a last one without an end says so, as unified diffs do."""
    lines = text.split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines


def _compare_lines(a: list[str], b: list[str]) -> Hunks:
    begin = _alike(a, b)
    end = _alike(a[begin:][::-1], b[begin:][::-1])
    if max(len(a), len(b)) - begin - end > _LARGEST:
        return Hunks(None, reason=f"more than {_LARGEST:,} lines differ")
    hunks, edits, added, removed = [], [], 0, 0
    # What lies far from any change is left out before difflib sees it: its time is quadratic.
    skipped = max(begin - _CONTEXT, 0)
    kept = max(end - _CONTEXT, 0)
    ours, theirs = a[skipped : len(a) - kept], b[skipped : len(b) - kept]
    matcher = difflib.SequenceMatcher(None, ours, theirs)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        lines, changed = [], []
        for tag, from_a, to_a, from_b, to_b in group:
            if tag == "equal":
                lines += [" " + line for line in ours[from_a:to_a]]
                continue
            lines += ["-" + line for line in ours[from_a:to_a]]
            lines += ["+" + line for line in theirs[from_b:to_b]]
            removed += to_a - from_a
            added += to_b - from_b
            changed.append(
                Edit(
                    range(skipped + from_a + 1, skipped + to_a + 1),
                    range(skipped + from_b + 1, skipped + to_b + 1),
                )
            )
        first, last = group[0], group[-1]
        head = (
            f"@@ -{_range(skipped + first[1], last[2] - first[1])} "
            f"+{_range(skipped + first[3], last[4] - first[3])} @@"
        )
        hunks.append("\n".join((head, *lines)))
        edits.append(tuple(changed))
    return Hunks(tuple(hunks), added, removed, edits=tuple(edits))


def _alike(a: list[str], b: list[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(a, b, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _range(start: int, length: int) -> str:
    """A range of lines as unified diffs write it (POSIX diff, "Diff -u Output Format")."""
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"
