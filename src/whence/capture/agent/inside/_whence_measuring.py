"""Tells measured numbers: a line for each, and where there are many, as points of a series.

The first numbers of a process are lines. A process that measures more gets a file of points, where
a number costs no call of the system (``_whence_points``); each series is named there by one line.
"""

from __future__ import annotations

import os

from _whence_imports import load_file  # type: ignore[import-not-found]
from _whence_lines import json_number, json_text  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_MANY = 100_000
_EVERY = 100
"""Of one metric the first so many are told, and then each hundredth."""

_LINES = 50
"""How many numbers of a process are lines before there is a file of points."""


class Measuring:
    """What a process has measured."""

    def __init__(self, lines: Any) -> None:
        self.points: Any = None
        self._lines = lines
        self._left = _LINES
        self._fails = False

    def begin_again(self) -> None:
        """In a forked child: the points are its parent's, and so is the file that they lie in."""
        self.points = None
        self._left = _LINES
        self._fails = False

    def series(  # noqa: C901  what a number costs is one frame, so this is one function
        self, number: int, name: str, on: str, source: str
    ) -> Callable[..., None]:
        """What tells the numbers of one metric: ``tell(value, step=None)``."""
        about = '"name": %s, "on": %s, "source": %s' % (
            json_text(str(name)),
            json_text(str(on)),
            json_text(str(source)),
        )
        head = '{"event": "metric", %s, "value": ' % about
        named: Any = self
        count = 0
        put: Any = None

        def tell(value: Any, step: Any = None) -> None:
            nonlocal count
            count += 1
            if count > _MANY and count % _EVERY:
                return
            points = self.points
            if points is not None and points is named:
                place = points.take()
                if place <= points.last or points.reach(place):
                    try:
                        if step is None:
                            put(points.buffer, place, 0, value, 0, number)
                        else:
                            put(points.buffer, place, step, value, 1, number)
                    except Exception:  # a number that has no such form
                        pass
                    else:
                        return
            tell_slowly(value, step)

        def tell_slowly(value: Any, step: Any) -> None:
            nonlocal named, put
            text = head + json_number(float(value))
            text += "}\n" if step is None else ', "step": %d}\n' % step
            self._lines.append(text.encode("ascii"))
            if self.points is None and not self._fails:
                self._count()
            elif self.points is not None and named is not self.points:
                line = '{"event": "series", "number": %d, %s}\n' % (number, about)
                self._lines.append(line.encode("ascii"))
                put, named = self._put, self.points

        return tell

    def _count(self) -> None:
        """One line more; too many are a reason to make a file of points."""
        self._left -= 1
        if self._left > 0:
            return
        self._fails = True
        try:
            place = os.path.join(os.path.dirname(__file__), "_whence_points.py")
            module = load_file("_whence_points", place)
            self._put = module.RECORD.pack_into
            self.points = module.Points(self._lines.beside("points"))
            self._fails = False
        except Exception:  # then numbers stay lines
            self.points = None
