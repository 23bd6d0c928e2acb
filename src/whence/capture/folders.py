"""Many files in one folder count as one thing: the folder, with a list of its members."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence

FOLDED_FROM = 200
"""A folder is one artifact from this many files of the same use."""


def fold(paths: Iterable[str], threshold: int = FOLDED_FROM) -> dict[str, Sequence[str]]:
    """Group absolute paths into folders that hold at least ``threshold`` of them.

    The files of a folder and of the folders below it count together; the deepest folder that
    reaches the threshold is taken, and then its parent when several such folders lie side by
    side there (``train/cat``, ``train/dog`` → ``train``).

    Returns:
        Folder → its files, and each file left over → itself alone.
    """
    left = sorted(set(paths))
    if len(left) < threshold:
        return {path: (path,) for path in left}
    counts: dict[str, int] = defaultdict(int)
    for path in left:
        for folder in _above(path):
            counts[folder] += 1
    chosen: dict[str, list[str]] = defaultdict(list)
    alone: dict[str, Sequence[str]] = {}
    for path in left:
        place = next((each for each in _above(path) if counts[each] >= threshold), None)
        if place is None:
            alone[path] = (path,)
        else:
            chosen[place].append(path)
    return {**_join_siblings(chosen), **alone}


def _above(path: str) -> list[str]:
    """The folders above a path, deepest first, without the root and its direct children."""
    folders = []
    folder = posixpath.dirname(path)
    while folder.count("/") > 1:
        folders.append(folder)
        folder = posixpath.dirname(folder)
    return folders


def _join_siblings(chosen: dict[str, list[str]]) -> dict[str, Sequence[str]]:
    by_parent: dict[str, list[str]] = defaultdict(list)
    for folder in chosen:
        by_parent[posixpath.dirname(folder)].append(folder)
    joined: dict[str, Sequence[str]] = {}
    for parent, folders in by_parent.items():
        together = len(folders) > 1 and parent.count("/") > 1
        for folder in folders:
            place = parent if together else folder
            joined[place] = sorted({*joined.get(place, ()), *chosen[folder]})
    return joined
