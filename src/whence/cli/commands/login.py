"""Sign in to a server: with a token, or through its OpenID provider in a browser.

Without --token, a browser is opened at the server, which sends it on to the provider; afterwards
this command has a token that holds for a week. --no-browser prints the address instead, for a
browser on this machine. With `--token -`, a token is read that an admin made (`whence token
create`): from the terminal, unseen, or from a pipe.

The token is kept in the user's own configuration folder, in a file that nobody else may read, and
is sent to this server alone.

    whence login https://whence.example.org
    whence login https://whence.example.org --token - < token
"""

import argparse
import sys

from whence.cli.console import Console
from whence.cli.signing import sign_in_with_browser
from whence.errors import UsageError
from whence.settings.credentials import keep_token, server_of
from whence.store.remote.channel import AnsweredError, Channel

SUMMARY = "sign in to a server"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("url", metavar="URL", help="the server")
    parser.add_argument("--token", metavar="-", help="read a token instead of signing in")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, open no browser"
    )


def execute(args: argparse.Namespace, console: Console) -> int:
    """Sign in, and keep the token."""
    server = server_of(args.url)
    if args.token is not None:
        if args.token != "-":  # noqa: S105  the word for standard input
            raise UsageError(
                "a token in a command line can be seen by everybody on this machine",
                hint=f"whence login {server} --token -",
            )
        token = _read_token(console)
    else:
        token = sign_in_with_browser(server, console, show=args.no_browser)
    told = _introduce(server, token)
    keep_token(server, token)
    console.print(f"signed in to {server} as {told}")
    return 0


def _read_token(console: Console) -> str:
    if sys.stdin.isatty():
        import getpass  # noqa: PLC0415  on terminals alone

        token = getpass.getpass("token: ", stream=console.err)
    else:
        token = sys.stdin.readline()
    if not token.strip():
        raise UsageError("there is no token on standard input")
    return token.strip()


def _introduce(server: str, token: str) -> str:
    """Who one is there.

    Raises:
        UsageError: nobody, with this token.
        StoreError: the server cannot be reached.
    """
    channel = Channel(server, token)
    try:
        told = channel.ask("GET", "/api/v1/session")
    except AnsweredError as error:
        raise error.as_error(server) from None
    finally:
        channel.close()
    if not told.get("signed_in"):
        raise UsageError(
            f"{server} does not know this token", hint="it may be revoked or expired; ask an admin"
        )
    return str(told.get("name"))
