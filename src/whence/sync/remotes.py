"""The other records that a workspace knows, and what it remembers of each.

One file each, ``.whence/remotes/<name>.json``: where it is, which ledger it was when it was first
met, the last state that it showed, and how far records have travelled each way. Whoever shows
another ledger, or one that has lost what it had, is not spoken with any more.
"""

import json
import os
import re
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from whence.errors import LedgerError, NotFoundError, StoreError, UsageError
from whence.ledger.merkle import EMPTY_ROOT, verify_consistency
from whence.store.interface import Head
from whence.sync.peers import Peer

_FOLDER = "remotes"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Remote:
    """What is remembered of another record."""

    name: str
    url: str
    ledger: str = ""
    """Its identity, once it was met."""
    size: int = 0
    root: str = EMPTY_ROOT.hex()
    """The last state that it showed."""
    pushed: int = 0
    """How many entries of ours, from the first, it has."""
    claimed: int = 0
    """Up to which of them it has recorded our state."""
    spans: tuple[Any, ...] = ()
    """Where it has those that came after that state (``receiving.Span``)."""
    owes: bool = False
    """Whether some of these were new to it, so that our state is to be recorded there."""
    held: tuple[int, ...] = ()
    """Which of ours it did not take, and is offered again."""
    pulled: int = 0
    """How many entries of its, from the first, were looked at here."""
    edge: tuple[str, ...] = ()
    """The right edge of the tree over these."""

    @classmethod
    def read(cls, told: Any) -> Self:
        """What a file tells.

        Raises:
            TypeError: something else.
        """
        names = {each.name for each in fields(cls)}
        kept = {name: value for name, value in dict(told).items() if name in names}
        for name in ("spans", "edge", "held"):
            kept[name] = tuple(
                tuple(each) if isinstance(each, list) else each for each in kept.get(name, ())
            )
        return cls(**kept)


class Remotes:
    """The remotes of one workspace.

    Args:
        folder: The ``.whence`` folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def listed(self) -> list[Remote]:
        """All of them, by name.

        Raises:
            StoreError: a file cannot be read.
        """
        return [self._read(path) for path in sorted(self._folder.glob("*.json"))]

    def find(self, name: str | None) -> Remote:
        """The one of a name, or of a URL; without one, the only one that there is.

        Raises:
            NotFoundError: there is none.
            UsageError: there are several, and none was named.
        """
        known = self.listed()
        names = ", ".join(each.name for each in known)
        if name is not None:
            for each in known:
                if name in {each.name, each.url}:
                    return each
            hint = f"there are: {names}" if known else "`whence remote add NAME URL` makes one"
            if "://" in name:
                hint = f"give it a name first: `whence remote add team {name}`"
            raise NotFoundError(f"there is no remote {name!r}", hint=hint)
        if not known:
            raise NotFoundError(
                "there is no remote yet", hint="`whence remote add team https://…` makes one"
            )
        if len(known) > 1:
            raise UsageError("there are several remotes", hint=f"name one of: {names}")
        return known[0]

    def add(self, name: str, url: str) -> Remote:
        """Know another record from now on.

        Raises:
            UsageError: the name cannot be one, or is taken.
            StoreError: it cannot be written down.
        """
        if not _NAME.match(name):
            raise UsageError(
                f"{name!r} cannot name a remote", hint="use letters, digits, '-', '_' and '.'"
            )
        if any(each.name == name for each in self.listed()):
            raise UsageError(
                f"there is a remote {name!r} already", hint=f"`whence remote remove {name}` first"
            )
        remote = Remote(name, url)
        self.keep(remote)
        return remote

    def remove(self, name: str) -> None:
        """Forget one, and all that is remembered of it.

        Raises:
            NotFoundError: there is none.
        """
        self._path(self.find(name).name).unlink(missing_ok=True)

    def keep(self, remote: Remote) -> None:
        """Write down what is remembered now.

        Raises:
            StoreError: it cannot be written.
        """
        path = self._path(remote.name)
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(json.dumps(asdict(remote), indent=1) + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StoreError(f"{path} cannot be written: {error.strerror}") from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _read(self, path: Path) -> Remote:
        try:
            return Remote.read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(
                f"{path} cannot be read: {error}",
                hint="delete it and add the remote again: nothing is lost, all is compared anew",
            ) from error


def meet(remote: Remote, peer: Peer) -> Remote:
    """See in which state the other ledger is, and that it only grew since it was seen last.

    Raises:
        LedgerError: it is another ledger, it went back, or its history was rewritten.
    """
    ledger, head = peer.head()
    if remote.ledger and ledger != remote.ledger:
        raise LedgerError(
            f"{remote.url} shows the ledger {ledger[:12]}, and was {remote.ledger[:12]} before",
            hint="ask whoever looks after it; if that is meant, "
            f"`whence remote remove {remote.name}` and add it again",
        )
    grew = 0 < remote.size < head.size
    proof = peer.consistency(remote.size, head.size) if grew else []
    try:
        verify_consistency(remote.size, bytes.fromhex(remote.root), head.size, head.root, proof)
    except LedgerError as error:
        raise LedgerError(
            f"{remote.url} does not show the history that it showed before: {error.message}",
            hint="nothing was sent or taken; ask whoever looks after it what was changed",
        ) from error
    return seen(remote, ledger, head)


def seen(remote: Remote, ledger: str, head: Head) -> Remote:
    """What is remembered after a state was shown."""
    return replace(remote, ledger=ledger, size=head.size, root=head.root.hex())
