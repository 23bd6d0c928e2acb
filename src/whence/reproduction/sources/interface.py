"""What a source is asked, and what it may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from whence.store.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Address:
    """A place beyond this machine where a content was met."""

    uri: str
    facts: Mapping[str, Any]
    """What the place said of it: ``version``, ``revision``, ``endpoint`` … (facet ``remote``)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A content that is looked for, with all that the record knows of where it was."""

    sha256: str
    size: int | None
    paths: tuple[Path, ...]
    """Files on this machine that held it, absolute."""
    commits: tuple[str, ...]
    """Of git, that were checked out when it was used."""
    addresses: tuple[Address, ...]
    objects: ObjectStore
    holds: Callable[[Path], bool]
    """Whether a file is the content, by its size and SHA-256."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A source has it, or says that it can be had."""

    where: str
    """For people: ``git, commit 3ab1c9f0``."""
    write: Callable[[Path], object]
    """Makes a file with the content; it need not check it.

    Raises ``OSError`` or ``ReproductionError`` where it cannot.
    """
    is_here: bool = True
    """Whether it lies on this machine and its digest is the one asked for."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A source knows of the content and cannot give it."""

    reason: str
    remedy: str
    """What would bring it."""


class Source(Protocol):
    """A module with these two names; found by the entry points ``whence.sources``."""

    NAME: str
    """How people call it."""

    def find(self, asked: Asked) -> Offer | Absent | None:
        """The content; ``None`` where the source knows nothing of it."""
