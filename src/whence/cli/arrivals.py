"""What a server kept as it came, and did not get to read before it ended."""

from whence.errors import StoreError
from whence.workspace import Workspace, store_url


def read_arrivals(workspace: Workspace) -> str:
    """Have it read, before anybody asks; a sentence where that does not go, else nothing."""
    if (store_url(workspace.folder) or "").startswith("http"):
        return ""  # the server there does
    try:
        with workspace.store.reading() as reader:
            waiting = reader.backlog().count
        return _interpret(workspace, waiting) if waiting else ""
    except StoreError as error:
        return f"events that arrived are not read yet: {error.message}"


def _interpret(workspace: Workspace, waiting: int) -> str:
    try:
        from whence.server.access.gate import Gate  # noqa: PLC0415  seldom needed, and an extra
        from whence.server.interpreting import interpret_all  # noqa: PLC0415

        gate = Gate.open(workspace.folder)
        try:
            interpret_all(workspace.store, gate)
        finally:
            gate.close()
    except ImportError as error:
        return (
            f"{waiting} events that arrived are not read yet, for want of {error.name}; "
            "pip install 'whence[server]'"
        )
    return ""
