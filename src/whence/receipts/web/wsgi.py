"""Receipts for a service that speaks WSGI (PEP 3333): Flask, Django, Bottle.

The id goes out as a header of the answer. An application that gives its answer as one piece has its
digest in the receipt as well; one that gives it piece by piece is not held up after the first.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from whence.receipts.recorder import Recorder
from whence.receipts.web.bodies import Choice, InputBody, is_json, is_whole, output_form

Environ = MutableMapping[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Middleware:
    """An application whose answers on chosen paths carry receipts; see ``wsgi``."""

    def __init__(self, app: Application, recorder: Recorder, choice: Choice) -> None:
        self.app = app
        self.recorder = recorder
        self.choice = choice

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        if not self.choice.takes(environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")):
            return self.app(environ, start_response)
        return _Exchange(self, environ, start_response).run()


class _Exchange:
    """One request and its answer."""

    def __init__(
        self, middleware: Middleware, environ: Environ, start_response: Callable[..., Any]
    ) -> None:
        self._began = time.perf_counter()
        self._middleware = middleware
        self._environ = environ
        self._start_response = start_response
        self._started: tuple[str, Headers, Any] | None = None
        self._write: Callable[[bytes], object] | None = None
        choice = middleware.choice
        self._body = InputBody(
            middleware.recorder.key(),
            is_json=is_json(environ.get("CONTENT_TYPE", "")),
            largest=choice.largest,
        )

    def run(self) -> Iterable[bytes]:
        """The answer, with its receipt."""
        source = _Input(self._environ["wsgi.input"], self._body, self._length())
        pieces = self._middleware.app({**self._environ, "wsgi.input": source}, self._start)
        if isinstance(pieces, list | tuple):
            self._begin(b"".join(pieces))
            return pieces
        return _Pieces(pieces, self)

    def _length(self) -> int:
        told = self._environ.get("CONTENT_LENGTH") or "0"
        return int(told) if told.isdigit() else 0

    def _start(self, status: str, headers: Headers, error: Any = None) -> Callable[[bytes], object]:
        if error is not None and self._write is not None:
            return self._start_response(status, headers, error)  # type: ignore[no-any-return]  # the server's word
        self._started = (status, headers, error)
        return self._written

    def _written(self, piece: bytes) -> object:
        """Calls of the old ``write``: the answer comes piece by piece."""
        self._begin(None)
        assert self._write is not None
        return self._write(piece)

    def _begin(self, piece: bytes | None, *, more: bool = False) -> None:
        """Let the answer begin, if it has not."""
        if self._started is None:
            return
        (status, headers, error), self._started = self._started, None
        if self._middleware.choice.answers(int(status[:3])):
            told = {name.lower(): value for name, value in headers}
            is_all = piece is not None and is_whole(piece, told, more=more)
            headers = [*headers, *self._receipt(told, piece if is_all else None)]
        words = (status, headers) if error is None else (status, headers, error)
        self._write = self._start_response(*words)

    def _receipt(self, headers: Mapping[str, str], whole: bytes | None) -> Headers:
        choice = self._middleware.choice
        output = None if whole is None else output_form(whole, headers, choice.largest)
        name = f"HTTP_{choice.request_header.upper().replace('-', '_')}"
        receipt = self._middleware.recorder.keep(
            self._body.form(),
            output,
            seconds=time.perf_counter() - self._began,
            request=self._environ.get(name, ""),
        )
        return [(choice.header, receipt)] if receipt else []

    begin = _begin


class _Pieces:
    """An answer that comes piece by piece; the receipt goes out with the first."""

    def __init__(self, pieces: Iterable[bytes], exchange: _Exchange) -> None:
        self._pieces = pieces
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._exchange.begin(piece, more=True)
            yield piece
        self._exchange.begin(b"")

    def close(self) -> None:
        """What the server calls when it has all, or the asker has gone."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class _Input:
    """``wsgi.input``, with what is read from it passing by."""

    def __init__(self, source: Any, body: InputBody, length: int) -> None:
        self._source = source
        self._body = body
        self._left = length
        if length == 0:
            body.add(b"", more=False)

    def _pass(self, piece: bytes) -> bytes:
        if piece:
            self._left -= len(piece)
            self._body.add(piece, more=self._left > 0)
        return piece

    def read(self, *size: int) -> bytes:
        """See PEP 3333."""
        return self._pass(self._source.read(*size))

    def readline(self, *size: int) -> bytes:
        """See PEP 3333."""
        return self._pass(self._source.readline(*size))

    def readlines(self, *hint: int) -> list[bytes]:
        """See PEP 3333."""
        return [self._pass(line) for line in self._source.readlines(*hint)]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def wsgi(
    app: Application,
    model: str | Recorder,
    *,
    paths: Collection[str] = ("*",),
    methods: Collection[str] = ("POST",),
    header: str = "Whence-Receipt",
    request_header: str = "x-request-id",
    largest: int = 1 << 20,
    **recorder: Any,
) -> Middleware:
    """The application, giving a receipt with each good answer; the arguments are those of ``asgi``.

    Args:
        app: A WSGI application.
        model: What it serves, such as ``delay@3``; or a recorder of one's own.
        paths: Which paths predict, exactly or by ``*``.
        methods: By which methods.
        header: The header of the answer that carries the receipt.
        request_header: The header of the request whose value the receipt keeps.
        largest: Up to which size, in bytes, JSON is read as JSON; what is longer counts as bytes.
        recorder: Further arguments of ``Recorder``: ``deployment``, ``folder`` …
    """
    its = model if isinstance(model, Recorder) else Recorder(model, **recorder)
    return Middleware(app, its, Choice(paths, methods, header, request_header.lower(), largest))
