"""Keeping what it takes to do a run again, when it has ended.

Nothing here may fail a run: what cannot be kept is a gap where it is needed, and passed over where
it is not.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

from whence.errors import StoreError, WhenceError
from whence.homecoming.policy import Wish, is_kept, wishes
from whence.model.gap import Gap
from whence.recording.observation import RunSeen
from whence.settings.configuration import FILE_NAME, Configuration, load
from whence.store.objects.inventory import add_to_inventory
from whence.store.objects.together import start
from whence.workspace import Workspace

_AT_ONCE = 4
_TOLD = 5
"""Files that cannot be kept for one reason, up to which each is a gap of its own."""
_LEFT_FREE = 20
"""A disk of which less than one part in so many is free is not filled further."""


class Keeping:
    """What is kept of one command, be it one run or several.

    Args:
        workspace: Where it is kept.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._objects = workspace.objects
        self._gaps: list[Gap] = []
        self._kept: dict[str, bytes] = {}
        """What is kept now, and from where it could be had again."""
        try:
            self._configuration = load(workspace.folder)
        except WhenceError as error:
            self._configuration = Configuration()
            self._gaps.append(
                Gap("content-unkept", FILE_NAME, f"{error.message}; defaults hold", error.hint)
            )
        self._left = self._configuration.size("data.keep.most")

    def take_open(self, handle: int, name: str, sha256: str, size: int) -> None:
        """Keep an input that nothing but an open descriptor leads to any more."""
        if is_kept("input", name, size, self._configuration):
            path = f"/proc/self/fd/{handle}"
            wish = Wish(sha256, size, name, os.fsencode(path), is_needed=True)
            if not self._refusal(wish):
                self._put(wish)

    def keep(self, runs: Sequence[RunSeen], moved: Mapping[str, str]) -> list[RunSeen]:
        """Keep what the policy asks for; the runs come back with gaps for what could not be.

        Args:
            runs: The runs of one command.
            moved: Where files lie now that were moved after they had been read.
        """
        wanted: dict[str, Wish] = {}
        asked = [wishes(run, self._configuration) for run in runs]
        for wish in (wish for each in asked for wish in each):
            if wish.sha256 not in wanted or wanted[wish.sha256].is_overwritten:
                lies = moved.get(os.fsdecode(wish.path))
                wanted[wish.sha256] = replace(wish, path=os.fsencode(lies)) if lies else wish
        # What matters most has the first claim on the room that there is, so one after the other.
        problems = {sha256: self._refusal(wish) for sha256, wish in wanted.items()}
        with ThreadPoolExecutor(_AT_ONCE, "whence-keeping") as threads:
            started = {
                sha256: start(threads, self._put, wanted[sha256])
                for sha256, refusal in problems.items()
                if not refusal
            }
            problems |= {sha256: each.result() for sha256, each in started.items()}
        told = []
        for run, each in zip(runs, asked, strict=True):
            lost: dict[str, list[str]] = {}
            for wish in each:
                if wish.is_needed and problems[wish.sha256]:
                    lost.setdefault(problems[wish.sha256], []).append(wish.name)
            gaps = [gap for reason, names in lost.items() for gap in _gaps(reason, names)]
            told.append(replace(run, gaps=(*run.gaps, *self._gaps, *gaps)))
        return told

    def confirm(self) -> None:
        """Make sure that all of it is there still, and say that it is counted on.

        Called while the store's write lock is held, under which alone anything is cleared away.
        """
        there = []
        for sha256, path in self._kept.items():
            with suppress(StoreError, OSError):
                if not self._objects.is_whole(sha256):
                    self._objects.put_file(os.fsdecode(path), sha256=sha256)
                there.append(sha256)
        with suppress(StoreError, OSError):
            add_to_inventory(self._objects.folder, there)

    def _refusal(self, wish: Wish) -> str:
        """Why a content is not to be kept; empty where it is, and its room is then taken."""
        try:
            if self._objects.is_whole(wish.sha256):
                return ""
            if wish.is_overwritten:
                return "the run changed it after it had read it"
            if wish.size > self._left:
                return "the run reads and makes more than data.keep.most allows to keep"
            if not self._has_room(wish.size):
                return "the disk is nearly full"
        except StoreError as error:
            return error.message
        except OSError as error:
            return _unkept(error)
        self._left -= wish.size
        return ""

    def _put(self, wish: Wish) -> str:
        """Keep one content; why it could not be, empty where it is."""
        try:
            self._objects.put_file(os.fsdecode(wish.path), sha256=wish.sha256)
        except StoreError as error:
            return error.message
        except OSError as error:
            return _unkept(error)
        self._kept[wish.sha256] = wish.path
        return ""

    def _has_room(self, size: int) -> bool:
        folder = self._objects.folder
        disk = os.statvfs(folder if folder.exists() else folder.parent)
        return (disk.f_bavail - disk.f_blocks // _LEFT_FREE) * disk.f_frsize > size


def _unkept(error: OSError) -> str:
    return f"it cannot be kept: {error.strerror}"


def _gaps(reason: str, names: Sequence[str]) -> list[Gap]:
    """One for each file, or one for all where they are many."""
    remedy = "keep a copy, or run again"
    if len(names) <= _TOLD:
        return [Gap("content-unkept", name, reason, remedy) for name in names]
    several = f"{names[0]} and {len(names) - 1} other files"
    return [Gap("content-unkept", several, reason, remedy)]
