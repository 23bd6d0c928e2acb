"""What came of a push or a pull, in words and as JSON."""

from collections.abc import Iterator
from typing import Any

from whence.cli.render.text import printable
from whence.drawing.figures import counted
from whence.sync.exchange import Travelled

MOST = 10
"""Records that were held back of which each is told."""


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
    if done.held:
        records = counted(len(done.held), "record was", "records were")
        yield f"{records} held back, and will be offered again with the next push:"
        for each in done.held[:MOST]:
            yield printable(f"  {each.type} {each.record[:12]}: {each.reason}")
        if len(done.held) > MOST:
            yield f"  and {len(done.held) - MOST:,} more"
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
        "held": [
            {"record": each.record, "type": each.type, "reason": each.reason} for each in done.held
        ],
    }
