"""A server as a store, as the door ``whence.stores`` asks for it; and other records."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from whence.errors import UsageError
from whence.settings.credentials import token_for
from whence.store.remote.channel import Channel
from whence.store.remote.store import RemoteStore
from whence.sync.peers import Peer, open_peer
from whence.sync.remotes import Remote
from whence.workspace import Workspace


def open_remote(url: str, folder: Path) -> RemoteStore:
    """The record of a server, asked with the token that this user has for it.

    Raises:
        UsageError: the address cannot be one.
        StoreError: the file of tokens cannot be used.
    """
    return RemoteStore(Channel(url, token_for(url)), folder)


@contextmanager
def meeting(workspace: Workspace, remote: Remote) -> Iterator[Peer]:
    """The other side of a push or pull of this workspace.

    Raises:
        UsageError: the workspace has no record of its own.
    """
    if isinstance(workspace.store, RemoteStore):
        raise UsageError(
            f"this workspace has no record of its own: it is kept by {workspace.store.url}",
            hint="unset WHENCE_STORE, or `whence config --unset store.url`",
        )
    with ExitStack() as stack:
        yield open_peer(remote.url, stack, lambda url: Channel(url, token_for(url)))
