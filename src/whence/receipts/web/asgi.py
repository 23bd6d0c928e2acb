"""Receipts for a service that speaks ASGI 3: FastAPI, Starlette, KServe, MLflow's scoring server.

The id goes out as a header of the answer. Bodies pass by unchanged; nothing waits for more than the
first piece of an answer. Where that is all of it, the receipt has its digest as well.
"""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any

from whence.receipts.recorder import Recorder
from whence.receipts.web.bodies import Choice, InputBody, is_json, is_whole, output_form

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Middleware:
    """An application whose answers on chosen paths carry receipts; see ``asgi``."""

    def __init__(self, app: Application, recorder: Recorder, choice: Choice) -> None:
        self.app = app
        self.recorder = recorder
        self._choice = choice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and self._choice.takes(scope["method"], scope["path"]):
            await self.app(scope, *_Exchange(self, scope, receive, send).ends())
        else:
            await self.app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is not filed yet is filed when the service stops."""

        async def watched() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                self.recorder.close()
            return message

        await self.app(scope, watched, send)

    def keep(self, exchange: "_Exchange", output: tuple[str, bytes] | None) -> str:
        """A receipt for one exchange."""
        return self.recorder.keep(
            exchange.body.form(),
            output,
            seconds=time.perf_counter() - exchange.began,
            request=exchange.headers.get(self._choice.request_header, ""),
        )

    @property
    def choice(self) -> Choice:
        """Which requests get receipts, and how."""
        return self._choice


class _Exchange:
    """One request and its answer."""

    def __init__(self, middleware: Middleware, scope: Scope, receive: Receive, send: Send) -> None:
        self.began = time.perf_counter()
        self.headers = _headers(scope.get("headers", ()))
        choice = middleware.choice
        self.body = InputBody(
            middleware.recorder.key(),
            is_json=is_json(self.headers.get("content-type", "")),
            largest=choice.largest,
        )
        self._middleware = middleware
        self._receive, self._send = receive, send
        self._start: Message | None = None

    def ends(self) -> tuple[Receive, Send]:
        """What the application receives from and sends to."""
        return self._received, self._sent

    async def _received(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.body.add(message.get("body", b""), more=message.get("more_body", False))
        return message

    async def _sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # It goes out with the first piece of the body, when it is known what the answer is.
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if self._middleware.choice.answers(start["status"]):
                start = self._with_receipt(start, message)
            await self._send(start)
        await self._send(message)

    def _with_receipt(self, start: Message, first: Message) -> Message:
        output = None
        if first["type"] == "http.response.body":
            told, body = _headers(start.get("headers", ())), first.get("body", b"")
            if is_whole(body, told, more=first.get("more_body", False)):
                output = output_form(body, told, self._middleware.choice.largest)
        receipt = self._middleware.keep(self, output)
        if not receipt:
            return start
        name = self._middleware.choice.header.lower().encode("latin-1")
        return {**start, "headers": [*start.get("headers", ()), (name, receipt.encode())]}


def asgi(
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
    """The application, giving a receipt with each good answer.

    Args:
        app: An ASGI 3 application.
        model: What it serves, such as ``delay@3``; or a recorder of one's own.
        paths: Which paths predict, exactly or by ``*``: ``/predict``, ``/v2/models/*/infer``.
        methods: By which methods.
        header: The header of the answer that carries the receipt.
        request_header: The header of the request whose value the receipt keeps.
        largest: Up to which size, in bytes, JSON is read as JSON; what is longer counts as bytes.
        recorder: Further arguments of ``Recorder``: ``deployment``, ``folder`` …
    """
    its = model if isinstance(model, Recorder) else Recorder(model, **recorder)
    return Middleware(app, its, Choice(paths, methods, header, request_header.lower(), largest))


def _headers(pairs: Any) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
