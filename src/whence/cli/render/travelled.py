"""What came of a push or a pull, in words and as JSON."""

from collections.abc import Iterator
from typing import Any

from whence.cli.render.text import printable
from whence.drawing.figures import counted
from whence.sync.exchange import Travelled


def sentences(done: Travelled, verb: str) -> Iterator[str]:
    """A few lines.

    Args:
        done: What came of it.
        verb: ``handed to`` or ``taken from``.
    """
    remote = done.remote
    records = counted(done.fresh, "new record", "new records")
    known = f"; {done.known:,} known already" if done.known else ""
    yield printable(f"{records} {verb} {remote.name}{known}.")
    if done.bare:
        entries = counted(done.bare, "entry", "entries")
        yield f"{entries} without a record: erased, or not yours to see."
    entries = counted(remote.size, "entry", "entries")
    yield printable(f"{remote.url}: ledger {remote.ledger[:12]}, {entries}, root {remote.root}")


def travelled_json(done: Travelled) -> dict[str, Any]:
    """As ``schemas/travelled-1.json`` has it."""
    remote = done.remote
    return {
        "remote": remote.name,
        "url": remote.url,
        "ledger": remote.ledger,
        "entries": remote.size,
        "root": remote.root,
        "fresh": done.fresh,
        "known": done.known,
        "bare": done.bare,
    }
