"""HTTP/1.1 to one server (RFC 9112): connections that are kept, bounded times, our own errors.

No redirect is followed: a token goes to the server that was named and to no other. TLS is verified
as the system does it. Proxies are those of the environment, as ``urllib`` takes them.
"""

import json
import os
import threading
import time
import zlib
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from whence import __version__
from whence.errors import StoreError, StoreUnreachableError, UsageError
from whence.store.remote.problems import AnsweredError, read_problem

CONNECT = 5.0
"""Seconds that a connection may take."""

ANSWER = 60.0
"""Seconds without a word, after which a server counts as away."""

LARGEST = 256 << 20
"""Bytes of an answer, unpacked, beyond which something is wrong."""

PATIENCE = 10.0
"""Seconds for which a server that is busy is asked again."""

_AGAIN = (429, 503)
_PAUSE = 0.2


class Channel:
    """Requests to one server.

    Any number of threads may ask at once; each has a connection while it asks.

    Args:
        url: ``http(s)://host[:port][/path]``; what is asked stands below the path.
        token: Sent as a bearer token (RFC 6750) with every request.
        connect: Seconds that a connection may take.
        answer: Seconds without a word after which the server counts as away.
        patience: Seconds for which a server that is busy is asked again.

    Raises:
        UsageError: the address cannot be one.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        connect: float = CONNECT,
        answer: float = ANSWER,
        patience: float = PATIENCE,
    ) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._connect, self._answer, self._patience = connect, answer, patience
        self._host, self._port, self._path, self._secure = _parts(url)
        self._proxy = _proxy_for(url, self._host)
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()
        self.requests = 0
        """How many were sent so far."""

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        repeatable: bool = False,
        media: str = "application/json",
    ) -> Any:
        """Send a JSON value and take one back; ``None`` where the answer has no body.

        Args:
            method: Of HTTP.
            path: Below the address, with its first slash.
            body: A JSON value, or bytes that are one already.
            repeatable: Whether doing it twice is as good as once.
            media: What the body is; one that is not plain JSON is sent compressed.

        Raises:
            StoreUnreachableError: the server is away, or too busy.
            AnsweredError: it refuses.
            StoreError: what answers is no such server.
        """
        data = None
        headers = self._headers()
        if body is not None:
            data = body if isinstance(body, bytes) else _packed(body)
            headers["Content-Type"] = media
            if media != "application/json":
                data = zlib.compress(data, 1, wbits=31)
                headers["Content-Encoding"] = "gzip"
        repeatable = repeatable or method in {"GET", "PUT", "DELETE"}
        until, pause = time.monotonic() + self._patience, _PAUSE
        while True:
            status, told, answer = self._exchange(method, path, data, headers, repeatable)
            wait = _seconds(told.get("retry-after")) or pause
            if status not in _AGAIN or not repeatable or time.monotonic() + wait > until:
                return self._read(status, told, answer)
            time.sleep(wait)
            pause *= 2

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()

    # ------------------------------------------------------------- machinery

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"whence/{__version__}",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _exchange(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str], repeatable: bool
    ) -> tuple[int, dict[str, str], bytes]:
        """One request and its whole answer.

        A connection that was kept may have been closed meanwhile; then a fresh one is tried.
        """
        target = self._path + path
        if self._proxy is not None and not self._secure:
            target = self._url_of(target)
        while True:
            connection, is_kept = self._take()
            self.requests += 1
            try:
                connection.request(method, target, body=data, headers=headers)
                response = connection.getresponse()
                with closing(response):
                    answer = _read_all(response)
                told = {name.lower(): value for name, value in response.getheaders()}
            except (OSError, HTTPException) as error:
                connection.close()
                if is_kept and repeatable:
                    continue
                raise self._away(error) from error
            except BaseException:
                connection.close()
                raise
            if response.will_close:
                connection.close()
            else:
                with self._lock:
                    self._idle.append(connection)
            return response.status, told, answer

    def _read(self, status: int, told: dict[str, str], answer: bytes) -> Any:
        media = told.get("content-type", "")
        if 300 <= status < 400 and status != 304:
            where = told.get("location", "elsewhere")
            raise StoreError(
                f"{self.url} sends us to {where}", hint="name that server itself, if you trust it"
            )
        if status >= 400:
            raise read_problem(status, media, answer)
        if not answer:
            return None
        try:
            return json.loads(answer)
        except ValueError:
            raise StoreError(
                f"{self.url} answers, but it is no server of Whence",
                hint="check the address; the server is started by `whence serve`",
            ) from None

    def _take(self) -> tuple[HTTPConnection, bool]:
        """A connection, and whether it was used before."""
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        try:
            return self._open(), False
        except (OSError, HTTPException) as error:
            raise self._away(error) from error

    def _open(self) -> HTTPConnection:
        host, port = self._proxy or (self._host, self._port)
        if self._secure:
            connection: HTTPConnection = HTTPSConnection(host, port, timeout=self._connect)
        else:
            connection = HTTPConnection(host, port, timeout=self._connect)
        if self._proxy is not None and self._secure:
            connection.set_tunnel(self._host, self._port)
        connection.connect()
        assert connection.sock is not None
        connection.sock.settimeout(self._answer)
        return connection

    def _away(self, error: Exception) -> StoreError:
        import ssl  # noqa: PLC0415  costs milliseconds, and only a failure needs it

        if isinstance(error, ssl.SSLCertVerificationError):
            return StoreUnreachableError(
                f"{self.url} cannot be trusted: {error.verify_message}",
                hint="check the address; SSL_CERT_FILE names further authorities",
            )
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return StoreUnreachableError(
            f"{self.url} cannot be reached: {told or type(error).__name__}",
            hint="check the address and the network; what was recorded here is not lost",
        )

    def _url_of(self, target: str) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}{target}"


def _packed(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _read_all(response: HTTPResponse) -> bytes:
    """The whole answer, unpacked.

    Raises:
        HTTPException: it is damaged, or larger than anything that is asked for.
    """
    answer = response.read(LARGEST)
    if response.length:
        msg = "an answer that ended too early" if len(answer) < LARGEST else "an answer without end"
        raise HTTPException(msg)
    if response.headers.get("Content-Encoding", "").strip().lower() == "gzip":
        try:
            unpacked = zlib.decompressobj(wbits=31)
            answer = unpacked.decompress(answer, LARGEST)
        except zlib.error as error:
            msg = f"a damaged answer: {error}"
            raise HTTPException(msg) from None
        if not unpacked.eof:
            msg = "an answer that does not end"
            raise HTTPException(msg)
    if len(answer) >= LARGEST:
        msg = "an answer without end"
        raise HTTPException(msg)
    return answer


def _seconds(told: str | None) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, section 10.2.3); dates are not waited for."""
    return float(told) if told and told.isdigit() else None


def _parts(url: str) -> tuple[str, int, str, bool]:
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host, parts = None, None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        raise UsageError(
            f"{url!r} is not the address of a server", hint="such as https://whence.example.org"
        )
    if parts.username is not None:
        raise UsageError(
            f"the address of {host} holds a name or a password",
            hint="leave it out; WHENCE_TOKEN, or `whence login`, says who you are",
        )
    secure = parts.scheme == "https"
    path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
    return host, port or (443 if secure else 80), path, secure


def _proxy_for(url: str, host: str) -> tuple[str, int] | None:
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  loads much

    scheme = urlsplit(url).scheme
    told = getproxies().get(scheme)
    if not told or proxy_bypass(host):
        return None
    parts = urlsplit(told if "://" in told else f"http://{told}")
    return (parts.hostname, parts.port or 80) if parts.hostname else None


__all__ = ["AnsweredError", "Channel"]
