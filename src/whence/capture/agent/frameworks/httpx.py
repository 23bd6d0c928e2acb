"""httpx, of both kinds: what was fetched, and what was uploaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AsyncIterator, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"httpx._client": lambda module: _on_client(watch, module)}


def _on_client(watch: Any, module: Any) -> None:
    bodies = watch.load("bodies")
    showing = watch.load("showing")
    exchanges = bodies.of(watch)
    uploads = watch.load("uploads").of(watch)

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        request = args[1] if len(args) > 1 else kwargs["request"]
        if request.method not in ("PUT", "POST", "PATCH"):
            return None
        data = getattr(request, "_content", None)
        opened = []
        for field in getattr(request.stream, "fields", ()):
            facts = bodies.content_facts(getattr(field, "file", None))
            opened += [facts["file"]] if "file" in facts else []
        if data is None:
            data = getattr(request.stream, "_stream", None)
        return uploads.begin(
            request.method, str(request.url), dict(request.headers), data, tuple(opened)
        )

    def after(token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        asked = bodies.ASKED.get()
        if asked is not None and asked.hushed:
            return
        request = args[1] if len(args) > 1 else kwargs["request"]
        url, final = str(request.url), str(answer.url)
        if token is not None:
            uploads.taken(exchanges, request.method, token, answer.status_code, answer.headers)
            return
        body = exchanges.answered(
            request.method,
            url,
            answer.status_code,
            answer.headers.items(),
            final=final if final != url else None,
        )
        if body is None:
            return
        held = getattr(answer, "_content", None)
        if held is not None:  # read at once
            body.take(held)
            body.end()
        else:
            table = {
                "iter_bytes": showing.handing_out,
                "iter_raw": showing.handing_out,
                "aiter_bytes": _handing_out_later,
                "aiter_raw": _handing_out_later,
            }
            showing.show(watch, answer, body, table)

    watch.wrap(module.Client, "send", before, after)
    watch.swap(module.AsyncClient, "send", bodies.awaiting(watch, before, after))


def _handing_out_later(original: Any) -> Any:
    """An asynchronous generator of bytes; one inside another hands its bytes to that alone."""

    async def chunks(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        body = self._whence_body
        if body.busy:
            async for data in original(self, *args, **kwargs):
                yield data
            return
        body.busy = True
        try:
            async for data in original(self, *args, **kwargs):
                body.take(data)
                yield data
        finally:
            body.busy = False
        body.end()

    return chunks
