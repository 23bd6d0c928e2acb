"""Whether the record is a server's: then the server decides, and says who it was."""

from typing import Any, Protocol

from whence.workspace import Workspace


class Request(Protocol):
    """Asks a server; a refusal is the error that it means here."""

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """The answer as JSON."""


def server_of(workspace: Workspace) -> Request | None:
    """The way to the server that keeps this workspace's record; ``None`` where it is kept here."""
    from whence.store.remote.store import RemoteStore  # noqa: PLC0415  seldom the case

    store = workspace.store
    return store.request if isinstance(store, RemoteStore) else None
