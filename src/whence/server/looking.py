"""Asking over HTTP what was, rather than what is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from msgspec import Meta

from whence.errors import NotFoundError
from whence.model.moment import read_moment
from whence.query.asof import AsOfReader
from whence.store.interface import Reader

AsOf = Annotated[
    str,
    Meta(
        max_length=40,
        description="As it was recorded by then, such as `2026-03-03T14:05Z`; UTC where no zone is "
        "named, the end of a day where that is all. Left out: now.",
    ),
]
"""A moment in a query."""


@contextmanager
def looking_back(reader: Reader, as_of: str) -> Iterator[Reader]:
    """The record as of the moment that was asked for; as it is where none was.

    Raises:
        UsageError: it is no moment.
        NotFoundError: what is asked about was not there, which is said with the moment.
    """
    if not as_of:
        yield reader
        return
    moment = read_moment(as_of)
    try:
        yield AsOfReader(reader, moment)
    except NotFoundError as error:
        raise NotFoundError(f"as of {moment}, {error.message}", hint=error.hint) from error
