"""What one request hands in, and how a group of them is written and answered."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from whence.errors import ConflictError, StoreError
from whence.model.moment import now
from whence.model.record import Record
from whence.recording.recorder import Composer, compose_now
from whence.recording.validate import validate
from whence.store.interface import Appended, Writer
from whence.store.sealing import Prepared
from whence.wire.canonical import canonical
from whence.wire.codec import encode

if TYPE_CHECKING:
    from concurrent.futures import Future


@dataclass(slots=True)
class Submission:
    """What one request hands in."""

    done: "Future[list[Appended]] | asyncio.Future[list[Appended]]"
    composers: Sequence[Composer] = ()
    exact: bool = False
    """Whether a record whose id is known has to be the very same."""
    kept: list[Appended] = field(default_factory=list)
    error: BaseException | None = None
    salts: Sequence[bytes | None] = ()
    """Those of entries that come with their own; fresh ones where there are none."""
    travelled: bool = False
    """Whether the records were kept elsewhere before."""
    arrival: Prepared | None = None
    """What is to be read later; then there are no composers."""

    def tell(self) -> None:
        """Answer whoever waits."""
        if self.done.cancelled():
            return
        if self.error is None:
            self.done.set_result(self.kept)
        else:
            self.done.set_exception(self.error)


class Again(Exception):  # noqa: N818  caught by who calls
    """A submission failed when part of it was written: the others are to be written anew."""


def write(group: Sequence[Submission], writer: Writer) -> None:
    """Write what has no error yet; whoever cannot be written has it afterwards.

    Raises:
        Again: somebody has an error now, and something of it was written.
        StoreError: nothing can be written.
    """
    # What arrived says nothing of the graph that could be wrong, and was checked before.
    arrived = [each for each in group if each.arrival is not None]
    kept = writer.append_all([each.arrival for each in arrived if each.arrival is not None])
    for submission, appended in zip(arrived, kept, strict=True):
        submission.kept = [appended]
    for each in group:
        if each.arrival is None and each.error is None:
            _write(each, writer)


def _write(submission: Submission, writer: Writer) -> None:
    """Compose, check and append; a failure before anything was appended harms nobody."""
    submission.kept = []
    touched = False
    try:
        for compose, salt in zip_longest(submission.composers, submission.salts):
            if submission.travelled:
                record = compose(writer, now())
            else:
                record = compose_now(compose, writer)
            validate(record, writer, travelled=submission.travelled)
            touched = True
            appended = writer.append(record, salt=salt)
            if submission.exact and not appended.fresh:
                _check_same(record, appended, writer)
            submission.kept.append(appended)
    except StoreError:
        raise
    except Exception as error:
        submission.error = error
        if touched:
            raise Again from error


def _check_same(record: Record, appended: Appended, writer: Writer) -> None:
    kept = next(iter(writer.records(appended.index))).record
    if kept is None or kept == record:
        return
    hashes = [hashlib.sha256(canonical(encode(each))).hexdigest() for each in (kept, record)]
    raise ConflictError(
        f"the record {record.id} is kept with other content: sha256:{hashes[0]}, "
        f"not sha256:{hashes[1]}",
        hint="what is kept never changes; say it anew, under an id of its own",
    )


def settle(group: Sequence[Submission]) -> None:
    """Tell everybody: threads at once, coroutines by one call into their loop."""
    waiting: dict[asyncio.AbstractEventLoop, list[Submission]] = {}
    for each in group:
        if isinstance(each.done, asyncio.Future):
            waiting.setdefault(each.done.get_loop(), []).append(each)
        else:
            each.tell()
    for loop, submissions in waiting.items():
        loop.call_soon_threadsafe(_tell_all, submissions)


def _tell_all(submissions: Sequence[Submission]) -> None:
    for each in submissions:
        each.tell()
