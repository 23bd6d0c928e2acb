"""What the hooks for other trackers share: to say what a tracker was told, and only that.

Metrics come in loops, so their lines are put together by hand, as ``watch.metric`` does it.
"""

from __future__ import annotations

import os

from _whence_lines import json_number, json_text  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

_CHUNK = 90
"""Values in one line; ``watch.plain`` cuts mappings that are longer."""
_MANY = 100_000
_EVERY = 100
"""Of one metric the first so many are told, and then each hundredth."""


class Tracker:
    """One tracker, such as ``mlflow``, and the runs that it keeps."""

    def __init__(self, watch: Any, system: str) -> None:
        self.watch = watch
        self.system = system
        self._linked: set[str] = set()
        self._heads: dict[str, str] = {}
        self._names: dict[tuple[str, str], list[Any]] = {}
        """How each metric's name is written, and how often it was told."""

    def link(self, run: str, uri: str = "", **facts: Any) -> None:
        """The tracker keeps a run of this id; told once."""
        if run not in self._linked:
            self._linked.add(run)
            told = {key: self.watch.plain(fact) for key, fact in facts.items() if fact is not None}
            self.watch.tell("link", system=self.system, id=run, uri=str(uri), **told)

    def meet(self, run: str) -> None:
        """A run that was begun elsewhere is written to."""
        if run and run not in self._linked:
            self.link(run)

    def values(self, form: str, values: Mapping[str, Any], run: str = "") -> None:
        """``parameters`` or ``tags``, by their dotted names."""
        items = list(values.items())
        for at in range(0, len(items), _CHUNK):
            told = {str(name): value for name, value in items[at : at + _CHUNK]}
            self.watch.declare(form, self.system, run=run, values=told)

    def metrics(self, values: Mapping[str, Any], step: Any = None, run: str = "") -> None:
        """Numbers at one step; what is no number is left out."""
        told = ""
        for name, value in values.items():
            number = value if type(value) is float else number_of(value)
            if number is None:
                continue
            named = self._names.get((run, name))
            if named is None:
                named = self._names[run, name] = [json_text(str(name)) + ": ", 0]
            named[1] += 1
            if named[1] > _MANY and named[1] % _EVERY:
                continue
            text = named[0] + (repr(number) if number - number == 0 else json_number(number))
            told = told + ", " + text if told else text
        if told:
            head = self._heads.get(run) or self._head(run)
            end = "}}\n" if step is None else '}, "step": %d}\n' % step
            self.watch.lines.append((head + told + end).encode("ascii"))

    def _head(self, run: str) -> str:
        head = '{"event": "declared", "form": "metrics", "source": %s, "run": %s, "values": {'
        self._heads[run] = head % (json_text(self.system), json_text(run))
        return self._heads[run]

    def thing(self, form: str, place: Any = None, run: str = "", **facts: Any) -> None:
        """An ``artifact``, a ``model`` or a ``dataset``, with where it lies if that is known."""
        if place is not None:
            text = os.fsdecode(place)
            if text.startswith("file://"):
                text = path_of(text)
            facts["uri" if "://" in text[:64] else "path"] = (
                text if "://" in text[:64] else os.path.abspath(text)
            )
        self.watch.declare(form, self.system, run=run, **facts)


def path_of(uri: str) -> str:
    """The path that a ``file:`` URI names."""
    from urllib.parse import unquote

    return unquote(uri[len("file://") :])


def number_of(value: Any) -> float | None:
    """A number, or the only one in an array or tensor; ``None`` for all else.

    To be asked after the tracker has read the value itself: then a tensor need not be waited for.
    """
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is bool:
        return float(value)
    if isinstance(value, (str, bytes, dict, list, tuple)) or value is None:
        return None
    try:
        item = getattr(value, "item", None)
        if item is not None:
            return float(item())
        if hasattr(value, "numpy"):
            return float(value.numpy())
        return float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def argument(args: tuple[Any, ...], kwargs: Mapping[str, Any], at: int, name: str) -> Any:
    """An argument of a call, wherever it stands; ``None`` where it is not given."""
    return args[at] if len(args) > at else kwargs.get(name)
