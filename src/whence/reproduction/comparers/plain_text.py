"""Text that no other comparer takes: source, logs, reports. The first line that differs."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.interface import Comparison, Likeness, Pair

_LONGEST = 1 << 20
_SHOWN = 80


class TextComparer:
    """Line by line; only line ends and spaces before them say nothing."""

    name = "text"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes: UTF-8 without control characters."""
        del name
        text = head.decode("utf-8", "replace")
        broken = text[:-3].count("\ufffd")  # the last one may be cut
        return not broken and not any(char < " " and char not in "\t\n\r\f\x1b\b" for char in text)

    def compare(self, pair: Pair) -> Comparison:
        """Lines in their order."""
        differing, first = 0, ""
        pairs = zip_longest(_lines(pair.recorded), _lines(pair.again))
        for at, (was, now) in enumerate(pairs, start=1):
            if was != now:
                differing += 1
                first = first or f"line {at:,}: {_shown(was)} was, {_shown(now)} is"
        if not differing:
            return Comparison(Likeness.CANONICAL, self.name, "", (HARMLESS["spelling"].what,))
        return Comparison(
            Likeness.DIFFERENT,
            self.name,
            f"{first}; {differing:,} of {at:,} lines differ",
            detail={"first_difference": first, "lines_differing": differing},
        )


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="backslashreplace") as file:
        while line := file.readline(_LONGEST):
            yield line.rstrip()


def _shown(line: str | None) -> str:
    if line is None:
        return "nothing"
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…")
