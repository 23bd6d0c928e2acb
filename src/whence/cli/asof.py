"""The switch by which a verb asks what was, rather than what is."""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager

from whence.cli.console import Console
from whence.errors import NotFoundError
from whence.model.moment import now, read_moment
from whence.query.asof import AsOfReader
from whence.store.interface import Reader

_ZONE = re.compile(r"(?:Z|z|[+-]\d{2}(?::?\d{2}){0,2})\Z")


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """Add ``--as-of``."""
    parser.add_argument(
        "--as-of",
        metavar="TIME",
        help="as it was recorded by then, such as 2026-03-03T14:05Z (UTC where no zone is named)",
    )


@contextmanager
def looking_back(reader: Reader, args: argparse.Namespace, console: Console) -> Iterator[Reader]:
    """The record as of the moment that was asked for; as it is where none was.

    Raises:
        UsageError: it is no moment.
        NotFoundError: what is asked about was not there, which is said with the moment.
    """
    if args.as_of is None:
        yield reader
        return
    moment = read_moment(args.as_of)
    shown = f"{moment[:19].replace('T', ' ')} UTC"
    if not _ZONE.search(args.as_of.strip()[10:]):
        console.say(f"whence: {args.as_of} is read as {shown}")
    if moment > now():
        console.say(f"whence: {shown} is yet to come; this is what is known now")
    try:
        yield AsOfReader(reader, moment)
    except NotFoundError as error:
        hint = error.hint.replace("the record is empty", "nothing had been recorded by then")
        raise NotFoundError(f"as of {shown}, {error.message}", hint=hint) from error
