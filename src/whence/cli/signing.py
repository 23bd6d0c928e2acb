"""Signing in through a browser: this machine listens for it to come back.

The server's page gets a port and a challenge; the code that comes back is good once, and only with
the challenge's verifier, which never leaves this process but to the server (RFC 8252, 7636).
"""

import base64
import hashlib
import secrets
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from whence.cli.console import Console
from whence.errors import StoreError, UsageError
from whence.store.remote.channel import AnsweredError, Channel

PATIENCE = 300.0
"""Seconds that somebody has to sign in."""

_DONE = b"<!doctype html><meta charset=utf-8><title>Whence</title><p>You are signed in; go back.\n"


class _Waiting(HTTPServer):
    """Listens for the one request that matters."""

    def __init__(self, state: str) -> None:
        super().__init__(("127.0.0.1", 0), _Back)
        self.state = state
        self.code = ""
        self.expired = False

    def handle_timeout(self) -> None:
        self.expired = True


class _Back(BaseHTTPRequestHandler):
    """The browser, coming back."""

    server: _Waiting

    def do_GET(self) -> None:
        told = parse_qs(urlsplit(self.path).query)
        state = (told.get("state") or [""])[0]
        if not secrets.compare_digest(state.encode(), self.server.state.encode()):
            self.send_error(404)
            return
        self.server.code = (told.get("code") or [""])[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_DONE)))
        self.end_headers()
        self.wfile.write(_DONE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Say nothing: the address holds a code."""


def sign_in_with_browser(server: str, console: Console, *, show: bool) -> str:
    """A token for whoever signs in.

    Args:
        server: Its address.
        console: Where to say what to do.
        show: Whether the address is only shown.

    Raises:
        UsageError: nobody signed in, or it did not hold.
        StoreError: the server cannot be reached.
    """
    channel = Channel(server)
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    try:
        way = channel.ask("GET", "/api/v1/session").get("authentication")
        if way != "oidc":
            raise UsageError(
                f"{server} knows no provider to sign in with",
                hint="it asks nobody who they are"
                if way == "none"
                else f"whence login {server} --token -",
            )
        with _Waiting(state) as waiting:
            query = urlencode({"port": waiting.server_port, "challenge": challenge, "state": state})
            address = f"{server}/login?{query}"
            if show or not webbrowser.open(address):
                console.say(f"open this in a browser on this machine:\n\n    {address}\n")
            else:
                console.say("sign in in the browser that has opened")
            code = _wait(waiting)
        told = channel.ask("POST", "/api/v1/session", {"code": code, "verifier": verifier})
    except AnsweredError as error:
        raise error.as_error(server) from None
    finally:
        channel.close()
    if not isinstance(told, dict) or not isinstance(told.get("token"), str):
        raise StoreError(f"{server} answered with no token")
    return str(told["token"])


def _wait(waiting: _Waiting) -> str:
    import time  # noqa: PLC0415  as it is used here alone

    until = time.monotonic() + PATIENCE
    while not waiting.code:
        waiting.timeout = until - time.monotonic()
        if waiting.expired or waiting.timeout <= 0:
            raise UsageError("nobody signed in", hint="try again, or use `--token -`")
        waiting.handle_request()
    return waiting.code
