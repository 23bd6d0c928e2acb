"""aiohttp: what was fetched and uploaded; fsspec's HTTP, Google and Azure file systems use it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"aiohttp.client": lambda module: _on_client(watch, module)}


def _on_client(watch: Any, module: Any) -> None:
    bodies = watch.load("bodies")
    exchanges = bodies.of(watch)
    uploads = watch.load("uploads").of(watch)

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        asked = bodies.ASKED.get()
        if asked is not None and asked.hushed:
            return None
        data = kwargs.get("data")
        if data is None and kwargs.get("json") is None:
            return None
        method, url = str(args[1]).upper(), _with_query(str(args[2]), kwargs.get("params"))
        files = []
        for part in getattr(data, "_fields", ()):
            facts = bodies.content_facts(part[2] if len(part) > 2 else None)
            files += [facts["file"]] if "file" in facts else []
        if isinstance(data, dict):
            for part in data.values():
                facts = bodies.content_facts(part) if hasattr(part, "read") else {}
                files += [facts["file"]] if "file" in facts else []
        if data is None:
            data = kwargs["json"]
        return uploads.begin(method, url, kwargs.get("headers") or {}, data, tuple(files))

    def after(token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        asked = bodies.ASKED.get()
        if asked is not None and asked.hushed:
            return
        if token is not None:
            uploads.taken(exchanges, answer.method, token, answer.status, answer.headers)
            return
        final = str(answer.url)
        url = str(answer.history[0].url) if answer.history else final
        body = exchanges.answered(
            answer.method,
            url,
            answer.status,
            answer.headers.items(),
            final=final if final != url else None,
        )
        if body is not None:
            show(watch, answer, body)

    watch.swap(module.ClientSession, "_request", bodies.awaiting(watch, before, after))


def _with_query(url: str, params: Any) -> str:
    if not params:
        return url
    from urllib.parse import urlencode

    query = params if isinstance(params, str) else urlencode(params)
    return "%s%s%s" % (url, "&" if "?" in url else "?", query)


_SHOWN: dict[int, Any] = {}
_KINDS: dict[type, Any] = {}


def show(watch: Any, answer: Any, body: Any) -> None:
    """Have the stream of an answer show what leaves its buffer.

    The stream has no room for the body: it is kept here until the stream is gone.
    """
    stream = answer.content
    kind = type(stream)
    if kind.__name__ == "EmptyStreamReader":
        body.end()
        return
    if getattr(kind, "_whence_shows", False):
        return
    seen = _KINDS.get(kind)
    if seen is None:
        inside = {"__slots__": (), "_whence_shows": True, "__del__": _let_go}
        maker: Any = type(kind)
        seen = maker(kind.__name__, (kind,), inside)
        seen.__module__, seen.__qualname__ = kind.__module__, kind.__qualname__
        watch.swap(seen, "_read_nowait_chunk", _leaving)
        watch.swap(seen, "feed_eof", _ending)
        _KINDS[kind] = seen
    try:
        stream.__class__ = seen
    except TypeError:
        body.extent.start()
        return
    _SHOWN[id(stream)] = body
    if stream._eof and not stream._buffer:
        body.end()


def _let_go(stream: Any) -> None:
    _SHOWN.pop(id(stream), None)


def _leaving(original: Any) -> Any:
    def read(self: Any, amount: int) -> Any:
        data = original(self, amount)
        body = _SHOWN.get(id(self))
        if body is not None:
            body.take(data)
            if self._eof and not self._buffer:
                body.end()
        return data

    return read


def _ending(original: Any) -> Any:
    def feed_eof(self: Any) -> None:
        original(self)
        body = _SHOWN.get(id(self))
        if body is not None and not self._buffer:
            body.end()

    return feed_eof
