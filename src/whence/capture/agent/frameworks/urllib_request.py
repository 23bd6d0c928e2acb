"""urllib: what was opened over HTTP, with the digest of what was read from it.

``urllib.request`` is what pandas, scikit-learn and many small scripts fetch with.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"urllib.request": lambda module: _on_request(watch, module)}


def _on_request(watch: Any, module: Any) -> None:
    loaded: list[Any] = []

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not loaded:  # most programs that import urllib open nothing
            loaded.append(watch.load("bodies"))
        bodies = loaded[0]
        if bodies.ASKED.get() is not None:
            return None  # a redirect: the first address is the one that was asked for
        request = args[1] if len(args) > 1 else kwargs["fullurl"]
        url = request if isinstance(request, str) else request.full_url
        asked = bodies.Asked(url)
        asked.pending = _pending(watch, request, args, kwargs)
        return bodies.ASKED.set(asked)

    def after(token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        if token is None:
            return
        bodies = loaded[0]
        asked = bodies.ASKED.get()
        bodies.ASKED.reset(token)
        _answered(watch, bodies, asked, answer)

    def failed(token: Any, *_: Any) -> None:
        if token is not None:
            loaded[0].ASKED.reset(token)

    watch.wrap(module.OpenerDirector, "open", before, after, failed)


def _pending(watch: Any, request: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The request's method, and what it is about to carry."""
    data = args[2] if len(args) > 2 else kwargs.get("data")
    if isinstance(request, str):
        method, url, headers = "GET" if data is None else "POST", request, {}
    else:
        method, url, headers = request.get_method(), request.full_url, dict(request.header_items())
        data = request.data if data is None else data
    if data is None:
        return method, None
    return method, watch.load("uploads").of(watch).begin(method, url, headers, data)


def _answered(watch: Any, bodies: Any, asked: Any, answer: Any) -> None:
    url, (method, pending) = asked.uri, asked.pending
    scheme = url.partition(":")[0].lower()
    exchanges = bodies.of(watch)
    if scheme == "ftp":
        body = exchanges.answered("GET", url, 200, answer.headers.items(), service="ftp")
        body.extent.start()
        return
    if scheme not in ("http", "https"):
        return
    status = getattr(answer, "status", 0) or 0
    if pending is not None:
        uploads = watch.load("uploads").of(watch)
        uploads.taken(exchanges, method, pending, status, answer.headers)
        return
    final = getattr(answer, "url", url)
    headers = answer.headers.items()
    body = exchanges.answered(method, url, status, headers, final=final if final != url else None)
    if body is not None:
        showing = watch.load("showing")
        table = {
            "read": showing.reading,
            "read1": showing.reading_some,
            "readline": showing.reading_some,
            "readinto": showing.reading_into,
        }
        showing.show(watch, answer, body, table)
