"""Every error that Whence raises on purpose, drawn.

::

    WhenceError                 something a person can act on: what, where, what to try
    ├── UsageError              the words of a command do not fit together
    ├── NotFoundError           a REF, a file or a command that is not there
    ├── AmbiguousError          a REF that names more than one thing
    ├── ForbiddenError          somebody may not do this; nothing was done
    ├── InvalidRecordError      a record that breaks a rule of the model; nothing was kept
    ├── ConflictError           somebody else was quicker; nothing was kept, it may be tried again
    ├── WireError               bytes that are not what they claim to be
    ├── StoreError              the store cannot be used
    │   ├── StoreLockedError    another writer held it for too long
    │   ├── StoreUnreachableError   it is away: no answer from where it should be
    │   ├── StoreCorruptError   what was kept is not what is there
    │   └── StoreVersionError   written by a newer Whence
    ├── LedgerError             a proof that does not hold
    ├── CaptureError            a program could not be started or observed
    ├── ReproductionError       a run cannot be done again as it was
    │   └── SandboxError        a child that should have looked into a file gave no answer
    └── TableError              a table that cannot be read as one

A user sees ``message`` and, below it, ``hint``; never a traceback. Each class carries the exit
status that the command line returns for it: 2 for wrong use, 1 for a negative finding.
"""

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence


class WhenceError(Exception):
    """Something went wrong that a person can act on."""

    exit_status = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WhenceError):
    """The words of a command do not fit together."""


class NotFoundError(WhenceError):
    """A REF, a file or a command that is not there."""


class AmbiguousError(WhenceError):
    """A REF that names more than one thing."""

    def __init__(self, message: str, *, hint: str = "", candidates: "Sequence[str]" = ()) -> None:
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)
        """Ids of what it may mean."""


class ForbiddenError(WhenceError):
    """Somebody may not do this; nothing was done."""


class InvalidRecordError(WhenceError):
    """A record that breaks a rule of the model; nothing of it was kept."""


class ConflictError(WhenceError):
    """Somebody else was quicker; nothing was kept, and it may be tried again."""


class WireError(WhenceError):
    """Bytes that are not what they claim to be."""


class StoreError(WhenceError):
    """The store cannot be used."""


class StoreLockedError(StoreError):
    """Another writer held the store for too long."""


class StoreUnreachableError(StoreError):
    """The store is away: no answer from where it should be."""


class StoreCorruptError(StoreError):
    """What was kept is not what is there."""

    exit_status = 1


class StoreVersionError(StoreError):
    """The store was written by a newer Whence."""


class LedgerError(WhenceError):
    """A proof that does not hold."""

    exit_status = 1


class CaptureError(WhenceError):
    """A program could not be started or observed."""


class TableError(WhenceError):
    """A table that cannot be read as one."""


class ReproductionError(WhenceError):
    """A run cannot be done again as it was."""

    exit_status = 1


class SandboxError(ReproductionError):
    """A child that should have looked into a file gave no answer."""
