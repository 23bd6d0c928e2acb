"""A count that goes on while something long is done; nothing where nobody watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from whence.cli.console import Console
from whence.drawing.figures import duration_text


@contextmanager
def counting(console: Console, what: str) -> Iterator[Callable[[int], None]]:
    """A line on a terminal that is written anew with each count, and is gone at the end.

    Args:
        console: Where people are talked to.
        what: What is counted.
    """
    if not console.err.isatty():
        yield lambda _: None
        return
    began = time.monotonic()

    def tell(count: int) -> None:
        took = duration_text(time.monotonic() - began)
        console.err.write(f"\r\x1b[Kwhence: {count} {what} in {took}")
        console.err.flush()

    try:
        yield tell
    finally:
        console.err.write("\r\x1b[K")
        console.err.flush()
