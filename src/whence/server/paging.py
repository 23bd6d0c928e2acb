"""Cursors: opaque to whoever holds one, and right while others write."""

import base64
import binascii

from whence.errors import UsageError
from whence.model.identity import NodeId
from whence.store.interface import GraphReader

_LENGTH = 16


def cursor_after(node: NodeId) -> str:
    """Where a list goes on below a node."""
    return base64.urlsafe_b64encode(bytes.fromhex(node)).decode().rstrip("=")


def read_cursor(reader: GraphReader, cursor: str | None) -> int | None:
    """The handle below which a list goes on; ``None`` from the beginning.

    Raises:
        UsageError: it is none that this server gave out.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    handle = reader.find(NodeId(raw.hex())) if len(raw) == _LENGTH else None
    if handle is None:
        raise UsageError("a cursor that this server did not give out", hint="begin again without")
    return handle
