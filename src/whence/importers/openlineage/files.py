"""Events that lie in a file: one JSON object on each line, an array of them, or a single one."""

from collections.abc import Iterator
from typing import Any

from whence.errors import WireError
from whence.wire.canonical import parse


def read_events(content: bytes) -> Iterator[tuple[str, Any]]:
    """Every event of a file, each with where in the file it stands.

    Raises:
        WireError: the file holds no JSON; says where.
    """
    whole = content.strip()
    if not whole:
        raise WireError("the file is empty", hint="it should hold events, one on each line")
    try:
        told = parse(whole)
    except WireError as error:
        if b"\n" not in whole:
            raise
        yield from _lines(content, error)
        return
    if isinstance(told, list):
        yield from ((f"event {at}", each) for at, each in enumerate(told, 1))
    else:
        yield "event 1", told


def _lines(content: bytes, whole: WireError) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", parse(line)
        except WireError as error:
            if number == 1:
                raise WireError(
                    f"neither JSON nor lines of JSON: {whole.message}", hint=whole.hint
                ) from error
            raise WireError(f"line {number}: {error.message}", hint=error.hint) from error
