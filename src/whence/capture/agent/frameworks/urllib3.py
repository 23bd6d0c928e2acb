"""urllib3, and requests on top of it: what was fetched, and what was uploaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {
        "urllib3.connectionpool": lambda module: _on_pool(watch, module),
        "urllib3.poolmanager": lambda module: _on_manager(watch, module),
    }


def _on_manager(watch: Any, module: Any) -> None:
    """The address that was asked for, before redirects."""
    bodies = watch.load("bodies")

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if bodies.ASKED.get() is not None:
            return None
        url = args[2] if len(args) > 2 else kwargs["url"]
        return bodies.ASKED.set(bodies.Asked(str(url)))

    def after(token: Any, *_: Any) -> None:
        if token is not None:
            bodies.ASKED.reset(token)

    watch.wrap(module.PoolManager, "urlopen", before, after, after)


def _on_pool(watch: Any, module: Any) -> None:
    bodies = watch.load("bodies")
    showing = watch.load("showing")
    exchanges = bodies.of(watch)
    uploads = watch.load("uploads").of(watch)

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        asked = bodies.ASKED.get()
        if asked is not None and asked.hushed:
            return None
        data = args[3] if len(args) > 3 else kwargs.get("body")
        headers = args[4] if len(args) > 4 else kwargs.get("headers")
        method, url, _ = _request(args, kwargs, asked)
        return uploads.begin(method, url, headers or {}, data, asked.files if asked else ())

    def after(token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> None:
        asked = bodies.ASKED.get()
        if asked is not None and asked.hushed:
            return
        method, url, final = _request(args, kwargs, asked)
        if token is not None:
            uploads.taken(exchanges, method, token, answer.status, answer.headers)
            return
        headers = answer.headers.items()
        body = exchanges.answered(
            method, url, answer.status, headers, final=final if final != url else None
        )
        if body is None:
            return
        held = getattr(answer, "_body", None)
        if isinstance(held, bytes):  # read at once
            body.take(held)
            body.end()
        else:
            showing.show(watch, answer, body, table(showing))

    watch.wrap(module.HTTPConnectionPool, "urlopen", before, after)


def _request(args: tuple[Any, ...], kwargs: dict[str, Any], asked: Any) -> tuple[str, str, str]:
    """Method, the address that was asked for, and the one that it comes from."""
    method = str(args[1] if len(args) > 1 else kwargs["method"]).upper()
    path = str(args[2] if len(args) > 2 else kwargs["url"])
    final = path if "://" in path else _address(args[0], path)
    return method, asked.uri if asked is not None and asked.uri else final, final


def table(showing: Any) -> dict[str, Any]:
    """The methods by which an answer of urllib3 hands out its bytes."""
    return {
        "read": showing.reading,
        "read1": showing.reading_some,
        "readinto": showing.reading_into,
        "read_chunked": showing.handing_out,
        "stream": showing.ending,
    }


def _address(pool: Any, path: str) -> str:
    usual = {"http": 80, "https": 443}.get(pool.scheme)
    host = "[%s]" % pool.host if ":" in pool.host else pool.host
    port = "" if pool.port in (None, usual) else ":%d" % pool.port
    return "%s://%s%s%s" % (pool.scheme, host, port, path)
