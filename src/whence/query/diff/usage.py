"""What the steps inside the runs say of the files that were read: trained on, measured on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from whence.query.diff.side import Step

_TRAINING = frozenset({"fit", "search"})
_LABELS = frozenset({"y", "y_true", "labels", "label", "target"})
_FEATURES = frozenset({"X", "train", "data"})
_WORDS = frozenset(
    "test tests testing valid validation val eval evaluation holdout heldout dev benchmark".split()
)
"""Words by which people call files on which they measure."""


@dataclass(slots=True)
class Usage:
    """How a run used files, by their names."""

    trained: set[str] = field(default_factory=set)
    measured: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    """Columns that were learnt or measured against."""
    features: set[str] = field(default_factory=set)
    tested: dict[str, set[int]] = field(default_factory=dict)
    """How figures were measured, by the function → on how many rows."""

    @property
    def seen(self) -> bool:
        """Whether anything of it is known."""
        return bool(self.trained or self.measured)

    def only_measures(self, name: str) -> bool:
        """Whether a file was used to measure and not to train; by its name, if nobody saw."""
        if self.seen:
            return name in self.measured and name not in self.trained
        return is_called_test(name)


def is_called_test(name: str) -> bool:
    """Whether people who call a file so measure on it."""
    stem = PurePosixPath(name).stem.lower().replace("-", "_").replace(".", "_")
    return not _WORDS.isdisjoint(stem.split("_"))


def usage_of(steps: Iterable[Step | None]) -> Usage:
    """How these runs used files."""
    found = Usage()
    for step in steps:
        if step is not None:
            for told in step.account.said("steps").get("steps") or ():
                _add(found, told)
    return found


def _add(found: Usage, told: Mapping[str, Any]) -> None:
    kind = told.get("kind")
    if kind not in _TRAINING and kind != "evaluate":
        return
    for role, each in _inputs(told):
        of = {str(name) for name in each.get("of") or ()}
        columns = {str(name) for name in each.get("columns") or ()}
        if kind in _TRAINING:
            if each.get("split") in {"test", "validation"}:
                continue
            found.trained |= of
        elif role in _LABELS or role in _FEATURES:
            found.measured |= of
            count = (each.get("shape") or [None])[0]
            if role in _LABELS and isinstance(count, int):
                found.tested.setdefault(str(told.get("by")), set()).add(count)
        if role in _LABELS:
            found.labels |= columns
        elif role in _FEATURES:
            found.features |= columns


def _inputs(told: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in told.get("inputs") or ():
        if isinstance(each, Mapping):
            yield str(each.get("role") or ""), each
