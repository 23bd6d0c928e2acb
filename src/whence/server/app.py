"""The application: a table of routes becomes an ASGI app that refuses what no row allows."""

import asyncio
import inspect
import os
import random
import re
import time
import zlib
from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    MutableMapping,
    Sequence,
)
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.routing import compile_path

from whence.errors import UsageError, WhenceError
from whence.model.moment import now
from whence.server.access.gate import DENIED
from whence.server.access.permission import NOBODY, Permission, Principal
from whence.server.door import UnseenError
from whence.server.journal import LOG, Journal
from whence.server.metrics import Metrics
from whence.server.openapi import describe
from whence.server.problems import PROBLEM_TYPE, RefusedError, problem_of, status_of
from whence.server.reading import read_json
from whence.server.receiving import (
    WHOLE,
    Disconnected,
    Message,
    Receive,
    check_charset,
    receive_body,
)
from whence.server.routing import ANY_MEDIA, Call, NotModified, Reply, Route
from whence.server.service import Service

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

BEHIND = "Whence-Behind"
"""The header that says how many arrivals an answer is without."""
_NUMBERS = random.Random(os.urandom(16))  # noqa: S311  names of requests, no secrets
_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}\Z")
_WORTH_PACKING = 1_024
_LARGEST = 2**63 - 1
"""What a store can hold."""
_encode = msgspec.json.Encoder().encode
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"private, no-cache"),
)


def build(service: Service, routes: Iterable[Route], *, journal: Journal | None = None) -> "Switch":
    """The application that serves these routes.

    Raises:
        UsageError: a row does not say what it needs, or two rows are the same.
    """
    return Switch(service, tuple(routes), journal)


class Switch:
    """Finds the row for a request, does what it says, and tells of it."""

    def __init__(self, service: Service, routes: Sequence[Route], journal: Journal | None) -> None:
        self.service = service
        self.routes = routes
        self._journal = journal
        self._metrics = Metrics(service)
        service.figures = self._metrics.text
        service.description = cache(lambda: _encode(describe(routes)))
        self._exact: dict[str, dict[str, _Row]] = {}
        self._patterns: list[tuple[re.Pattern[str], Mapping[str, Any], dict[str, _Row]]] = []
        by_path: dict[str, dict[str, _Row]] = {}
        for route in routes:
            if not isinstance(route.needs, Permission):
                raise UsageError(f"{route.method} {route.path} does not say what it needs")
            rows = by_path.setdefault(route.path, {})
            if route.method in rows:
                raise UsageError(f"{route.method} {route.path} is there twice")
            rows[route.method] = _Row(route)
        for path, rows in by_path.items():
            if "{" in path:
                pattern, _, convertors = compile_path(path)
                self._patterns.append((pattern, convertors, rows))
            else:
                self._exact[path] = rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await _live(receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request = given.decode() if _ID.match(given) else _NUMBERS.getrandbits(64).to_bytes(8).hex()
        principal, where = NOBODY, ""
        try:
            found = self._find(scope)
            if isinstance(found, RefusedError):
                self.service.gate.enter(scope, None)
                raise found  # noqa: TRY301  said only to whoever passed the gate
            route = found[0].route
            where = route.path
            principal = self.service.gate.enter(scope, route.needs, f"{route.method} {where}")
            reply, tag = await self._answer(*found, scope, headers, receive, principal)
        except Disconnected:
            return
        except NotModified as same:
            reply, tag = Reply(status=304), same.tag
        except Exception as error:  # noqa: BLE001  every error has an answer
            status, told, extra = problem_of(error)
            if status == 500 or not isinstance(error, WhenceError):
                LOG.error("request %s failed", request, exc_info=error)
            reply, tag = Reply(told, status, extra, PROBLEM_TYPE), ""
            if status in DENIED or isinstance(error, UnseenError):
                await self._note_denied(principal, scope, where, error)
        await _send(reply, tag, request, headers, scope["method"], send)
        seconds = time.perf_counter() - started
        self._metrics.answered(scope["method"], where, reply.status, seconds)
        if self._journal is not None:
            self._journal.request(
                {
                    "time": now(),
                    "request_id": request,
                    "principal": principal.name,
                    "method": scope["method"],
                    "route": where,
                    "path": scope["path"] if where else "",
                    "status": reply.status,
                    "ms": round(seconds * 1000, 2),
                }
            )

    async def _note_denied(
        self, principal: Principal, scope: Scope, where: str, error: Exception
    ) -> None:
        """Write a refused try into the audit log; that it was refused holds whatever happens."""
        address = (scope.get("client") or ("",))[0]
        route = f"{scope['method'][:20]} {where}".strip()
        told = (principal.name, address, route, status_of(error), str(error))
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.service.threads, self.service.gate.note_denied, *told)
        except WhenceError as failure:
            LOG.error("a denied try could not be written down", exc_info=failure)

    def _find(self, scope: Scope) -> "tuple[_Row, dict[str, Any]] | RefusedError":
        """The row for a method and a path, or why there is none."""
        path: str = scope["path"]
        parts: dict[str, Any] = {}
        rows = self._exact.get(path)
        if rows is None:
            for pattern, convertors, candidates in self._patterns:
                found = pattern.match(path)
                if found:
                    rows = candidates
                    parts = {
                        name: convertors[name].convert(text)
                        for name, text in found.groupdict().items()
                    }
                    break
        if rows is None:
            return RefusedError(404, "there is nothing at this address", hint="see /openapi.json")
        method = scope["method"]
        row = rows.get("GET" if method == "HEAD" else method)
        if row is None:
            allowed = sorted(rows) + (["HEAD"] if "GET" in rows else [])
            return RefusedError(
                405, f"this cannot be asked with {method}", headers={"Allow": ", ".join(allowed)}
            )
        return row, parts

    async def _answer(
        self,
        row: "_Row",
        parts: dict[str, Any],
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        principal: Principal,
    ) -> tuple[Reply, str]:
        route = row.route
        if not principal.may(route.needs):
            raise _denied(principal)
        raw_query: bytes = scope["query_string"]
        query = row.read_query(raw_query)
        body = None
        if route.body is not None:
            data = await receive_body(route, headers, receive, whole=scope.get(WHOLE, False))
            body = row.read_body(data, headers)
        call = Call(
            self.service,
            principal,
            path=parts,
            query=query,
            body=body,
            target=f"{scope['path']}?{raw_query.decode('latin-1')}",
            known=headers.get(b"if-none-match", b"").decode("latin-1"),
            headers=headers,
            scheme=scope.get("scheme", "http"),
        )
        if row.quick:
            reply = await route.endpoint(call)
        else:
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(self.service.threads, route.endpoint, call)
        if call.behind:
            reply = replace(reply, headers={**reply.headers, BEHIND: str(call.behind)})
        return reply, call.tag


async def _live(receive: Receive, send: Send) -> None:
    """Say that there is nothing to prepare and nothing to wait for (ASGI lifespan)."""
    for _ in range(2):
        message = await receive()
        await send({"type": message["type"] + ".complete"})


class _Row:
    """A route with what its types read."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.quick = inspect.iscoroutinefunction(route.endpoint)

    def read_query(self, raw: bytes) -> Any:
        kind: Any = self.route.query
        if kind is None:
            if raw:
                raise UsageError("nothing can be asked here after the question mark")
            return None
        words = _words(raw, _lists_of(kind))
        try:
            query = msgspec.convert(words, kind, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"the query: {error}") from None
        for name in kind.__struct_fields__:
            value = getattr(query, name)
            if value is None and name in words:
                raise UsageError(f"the query: {name} cannot be {words[name]!r}")
            if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
                raise UsageError(f"the query: {name} has more than 63 bits")
        return query

    def read_body(self, data: bytes, headers: Mapping[bytes, bytes]) -> Any:
        kind = self.route.body
        assert kind is not None
        if ANY_MEDIA not in self.route.media:
            check_charset(headers.get(b"content-type", b""))
        if kind is bytes:
            return data
        value = read_json(data)
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise UsageError(f"the body: {error}") from None


def _words(raw: bytes, lists: frozenset[str]) -> dict[str, Any]:
    """What a query says, each name once, but for those that are lists."""
    words: dict[str, Any] = {}
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError as error:
        raise UsageError(f"the query cannot be read: {error}") from None
    for name, value in pairs:
        if "\0" in value:
            raise UsageError(f"{name}: a NUL character")
        if name in lists:
            words.setdefault(name, []).append(value)
        elif name in words:
            raise UsageError(f"the query says {name!r} twice")
        else:
            words[name] = value
    return words


def _lists_of(kind: type) -> frozenset[str]:
    fields = msgspec.structs.fields(kind)
    return frozenset(
        each.encode_name for each in fields if str(each.type).startswith(("list", "tuple"))
    )


def _denied(principal: Principal) -> RefusedError:
    return RefusedError(
        403, f"{principal.name} may not do this", hint="ask an admin for a role that allows it"
    )


async def _send(
    reply: Reply,
    tag: str,
    request: str,
    headers: Mapping[bytes, bytes],
    method: str,
    send: Send,
) -> None:
    body = reply.body
    data = body if isinstance(body, bytes) else b"" if body is None else _encode(body)
    told = [(b"x-request-id", request.encode()), *_SECURITY]
    for name, value in reply.headers.items():
        told.append((name.lower().encode(), value.encode("latin-1")))
    if reply.status not in {204, 304}:
        told.append((b"content-type", reply.media.encode()))
        if len(data) > _WORTH_PACKING:
            told.append((b"vary", b"accept-encoding"))
            if b"gzip" in headers.get(b"accept-encoding", b""):
                packer = zlib.compressobj(1, wbits=31)
                data = packer.compress(data) + packer.flush()
                told.append((b"content-encoding", b"gzip"))
        told.append((b"content-length", str(len(data)).encode()))
    if tag:
        told.append((b"etag", tag.encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else data})
