"""Which of the files that a run touched are read for what other trackers, or cards, say in them."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from whence.capture.agent.reports import Telling
from whence.capture.classify import EVENT_FILE
from whence.capture.interface import FileAccess, Mode
from whence.capture.mined import cards, mlruns, tfevents
from whence.capture.mined.cards import add_cards
from whence.capture.sorting import Sorted
from whence.model.edge import Basis
from whence.model.node import NodeKind
from whence.recording.observation import Claim, FileSeen

Files = tuple[FileSeen, ...]
Read = Callable[[str, int], bytes | None]
"""A file's bytes up to a limit, as it lies there now; ``None`` where it cannot be read."""

MOST_FILES = 2_000
"""How many files of trackers are read of one run."""

MOST_FOLDERS = 200
"""In how many folders a model card is looked for."""

_NOBODY = 0
"""The process that tells what files say."""

_NAMES = ("README.md", "MODEL_CARD.md", "model_card.md", "modelcard.md", "adapter_config.json")
"""Cards are looked for under these names beside each model, the first that claims anything wins."""


def mine(files: Iterable[FileAccess], heard: Iterable[Telling], read: Read) -> tuple[Telling, ...]:
    """What the trackers' files that a run wrote say, of runs that nobody heard of."""
    known = _known(heard)
    written = [each.path for each in files if each.mode is not Mode.READ]
    events = [path for path in written if os.path.basename(path).startswith(EVENT_FILE)]
    records = [path for path in written if mlruns.is_record(path)]
    told: list[Telling] = []
    for path in events[:MOST_FILES]:
        folder = os.path.dirname(path)
        if not any((folder + "/").startswith(each + "/") for each in known):
            data = read(path, tfevents.LARGEST)
            told += _event_file(folder, data) if data else ()
    store = [
        (path, data)
        for path in records[:MOST_FILES]
        if (data := read(path, mlruns.LARGEST)) is not None
    ]
    for event, fields in mlruns.read_store(store):
        run = fields["id"] if event == "link" else fields["run"]
        if run not in known:
            told.append(Telling(_NOBODY, event, fields))
    return tuple(told)


def _known(heard: Iterable[Telling]) -> set[str]:
    """The runs of trackers that somebody heard being written."""
    names = {"link": "id", "declared": "run"}
    return {
        str(each.fields[names[each.event]])
        for each in heard
        if each.event in names and each.fields.get(names[each.event])
    }


def _event_file(folder: str, data: bytes) -> list[Telling]:
    found = tfevents.read_events(data)
    if not found.scalars and not found.hparams:
        return []
    told: dict[str, Any] = {"source": "tensorboard", "run": folder}
    link: dict[str, Any] = {
        "system": "tensorboard",
        "id": folder,
        "uri": f"file://{folder}",
        "name": os.path.basename(folder),
    }
    tellings = [Telling(_NOBODY, "link", link)]
    if found.hparams:
        fields = {**told, "form": "parameters", "values": found.hparams}
        tellings.append(Telling(_NOBODY, "declared", fields))
    for each in found.scalars:
        value = each.value if each.value - each.value == 0 else str(each.value)
        fields = {**told, "form": "metrics", "step": each.step, "values": {each.tag: value}}
        tellings.append(Telling(_NOBODY, "declared", fields))
    return tellings


class Names(Protocol):
    """How files are called, and what lies in them."""

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""

    def location_of(self, path: str) -> str:
        """The path as a URI."""

    def peek(self, path: str, limit: int) -> bytes | None:
        """A file as it lies there now."""


def with_cards(used: Files, generated: Files, parts: Sorted, names: Names) -> tuple[Files, Files]:
    """The files of a run, the models among them with what the cards beside them claim."""
    touched = [part.access.path for part in (*parts.inputs, *parts.outputs)]
    found = find_cards((*used, *generated), touched, names)
    return add_cards(used, found), add_cards(generated, found)


def find_cards(
    files: Sequence[FileSeen], touched: Iterable[str], names: Names
) -> Mapping[str, tuple[str, Claim]]:
    """Cards beside the models of a run: a folder's location → the card's name and claims.

    Args:
        files: What the run used and made.
        touched: Paths that it read or wrote; a card among them speaks of the only model below.
        names: How paths are called, and what lies there.
    """
    folders: dict[str, None] = {}
    for file in files:
        if file.kind is NodeKind.MODEL and file.basis is Basis.OBSERVED:
            folders[file.location if file.members else file.location.rpartition("/")[0]] = None
    found: dict[str, tuple[str, Claim]] = {}
    for folder in list(folders)[:MOST_FOLDERS]:
        for name in _NAMES:
            path = os.path.join(_path_of(folder), name)
            claim = _claim_in(path, names.peek)
            if claim is not None:
                found[folder] = (names.name_of(path), claim)
                break
    for path in touched:
        above = names.location_of(os.path.dirname(path)).rstrip("/") + "/"
        below = [each for each in folders if each.startswith(above)]
        if cards.is_card(path) and len(below) == 1 and below[0] not in found:
            claim = _claim_in(path, names.peek)
            if claim is not None:
                found[below[0]] = (names.name_of(path), claim)
    return found


def _claim_in(path: str, read: Read) -> Claim | None:
    data = read(path, cards.LARGEST)
    return cards.read_card(path, data) if data else None


def _path_of(location: str) -> str:
    return os.fsdecode(unquote_to_bytes(location.removeprefix("file://")))
