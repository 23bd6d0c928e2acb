"""Forget the token for a server, and let it hold no more if it came from signing in.

whence logout https://whence.example.org
"""

import argparse
from contextlib import suppress

from whence.cli.console import Console
from whence.errors import StoreError, UsageError
from whence.settings.credentials import VARIABLE, keep_token, server_of, token_for
from whence.store.remote.channel import AnsweredError, Channel

SUMMARY = "forget the token for a server"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("url", metavar="URL", help="the server")


def execute(args: argparse.Namespace, console: Console) -> int:
    """Forget it here, and there."""
    import os  # noqa: PLC0415  for one look

    server = server_of(args.url)
    if os.environ.get(VARIABLE):
        raise UsageError(
            f"{VARIABLE} is set, and goes before what is kept", hint=f"unset {VARIABLE}"
        )
    token = token_for(server)
    if token is None:
        console.print(f"there is no token for {server}")
        return 0
    channel = Channel(server, token)
    # A service's token stays good for others; and a server that is away does not keep us signed in.
    with suppress(AnsweredError, StoreError):
        channel.ask("DELETE", "/api/v1/session")
    channel.close()
    keep_token(server, None)
    console.print(f"signed out of {server}")
    return 0
