"""What HTTP requests carry away: files and objects, whole or in pieces, by the ways of the stores.

Google's and Azure's storage are told by the form of their requests, whatever client makes them.
Nothing is read that would not be: bytes are hashed where they lie, of open files the name is told.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

_SENDING = ("PUT", "POST", "PATCH")
_MOST_PENDING = 1_000
_HEAD = 65_536


class Uploads:
    """Uploads of this process, those in pieces until their last piece."""

    def __init__(self, bodies: Any) -> None:
        self.bodies = bodies
        self._pieces: dict[str, _Pieces] = {}
        self._sessions: dict[str, str] = {}

    def begin(
        self, method: str, url: str, headers: Mapping[str, Any], data: Any, files: Any = ()
    ) -> dict[str, Any] | None:
        """What a request is about to carry, before it goes.

        Returns:
            Facts for ``taken``; ``None`` where it carries nothing.
        """
        if method not in _SENDING:
            return None
        marks = {str(name).lower(): str(headers[name]) for name in headers or ()}
        path, _, query = url.partition("?")
        if "x-ms-blob-type" in marks or "comp=block" in query:
            return self._azure(path, query, marks, data)
        if "/upload/storage/v1/b/" in path or url in self._sessions:
            return self._google(url, query, marks, data)
        if files:
            return {"uri": url, "files": list(files)}
        if data is None:
            return None
        facts = self.bodies.content_facts(data) if method == "PUT" or _is_file(data) else {}
        if method == "PUT" or "file" in facts:
            return dict(facts, uri=url, type=marks.get("content-type"))
        return {"uri": url, "call": True}

    def taken(
        self, exchanges: Any, method: str, facts: dict[str, Any], status: int, answered: Any
    ) -> None:
        """The request was answered."""
        if not 200 <= status < 400:
            return
        facts = dict(facts)
        uri = facts.pop("uri")
        session = facts.pop("session", None)
        if session is not None:
            place = answered.get("location")
            if place and len(self._sessions) < _MOST_PENDING:
                self._sessions[str(place)] = session
            return
        if facts.pop("call", False):
            exchanges.called(method, uri, "http", status=status)
        elif not facts.pop("unfinished", False) and status != 308:
            version = answered.get("x-ms-version-id") or answered.get("x-goog-generation")
            exchanges.sent(
                method, uri, status=status, etag=answered.get("etag"), version=version, **facts
            )

    # ------------------------------------------------------------------- Azure

    def _azure(
        self, path: str, query: str, marks: Mapping[str, str], data: Any
    ) -> dict[str, Any] | None:
        """Put Blob, Put Block, Put Block List, Append Block (Azure Blob Storage REST API)."""
        # What the address means is found out after the run, by what marks it as such a service's.
        facts: dict[str, Any] = {"uri": path, "headers": {"x-ms-blob-type": "BlockBlob"}}
        if "comp=blocklist" in query:
            pieces = self._pieces.pop(path, None)
            return dict(facts, **(pieces.facts() if pieces is not None else {}))
        if "comp=block" in query or "comp=appendblock" in query:
            self._piece(path).take(self.bodies, data)
            return dict(facts, unfinished="comp=block" in query)
        if marks.get("x-ms-blob-type", "").lower() != "blockblob":
            return facts
        return dict(facts, **self.bodies.content_facts(data))

    # ------------------------------------------------------------------ Google

    def _google(
        self, url: str, query: str, marks: Mapping[str, str], data: Any
    ) -> dict[str, Any] | None:
        """Simple, multipart and resumable uploads (Google Cloud Storage JSON API)."""
        known = self._sessions.get(url)
        if known is not None:
            extent = marks.get("content-range", "")
            pieces = self._piece(url)
            pieces.take(self.bodies, data)
            end = extent.rpartition("/")[2]
            if extent and not (end.isdigit() and pieces.size >= int(end)):
                return {"uri": known, "service": "gcs", "unfinished": True}
            self._sessions.pop(url, None)
            self._pieces.pop(url, None)
            return dict(pieces.facts(), uri=known, service="gcs")
        bucket = url.partition("/upload/storage/v1/b/")[2].partition("/")[0]
        name = _parameter(query, "name")
        if "uploadType=resumable" in query:
            return {"uri": url, "session": _google_uri(bucket, name or _named(data))}
        if "uploadType=multipart" in query:
            name, facts = _multipart(self.bodies, data)
            return dict(facts, uri=_google_uri(bucket, name), service="gcs")
        facts = self.bodies.content_facts(data)
        return dict(facts, uri=_google_uri(bucket, name), service="gcs")

    def _piece(self, place: str) -> _Pieces:
        pieces = self._pieces.get(place)
        if pieces is None:
            pieces = _Pieces()
            if len(self._pieces) < _MOST_PENDING:
                self._pieces[place] = pieces
        return pieces


class _Pieces:
    """Pieces of one thing, in the order in which they are sent."""

    def __init__(self) -> None:
        import hashlib

        self.digest = hashlib.sha256()
        self.size = 0
        self.whole = True

    def take(self, bodies: Any, data: Any) -> None:
        view = bodies.view_of(data)
        if view is None:
            self.whole = False
            return
        self.digest.update(view)
        self.size += view.nbytes
        view.release()

    def facts(self) -> dict[str, Any]:
        if not self.whole:
            return {}
        return {"sha256": self.digest.hexdigest(), "size": self.size}


def of(watch: Any) -> Uploads:
    """The uploads of this process, the same for all hooks."""
    bodies = watch.load("bodies")
    found = _MADE.get(id(watch))
    if found is None:
        found = _MADE[id(watch)] = Uploads(bodies)
    return found


_MADE: dict[int, Uploads] = {}


def _is_file(data: Any) -> bool:
    return hasattr(data, "fileno") and hasattr(data, "read")


def _parameter(query: str, name: str) -> str:
    from urllib.parse import parse_qs

    return (parse_qs(query).get(name) or [""])[0]


def _google_uri(bucket: str, name: str) -> str:
    from urllib.parse import unquote

    return "gs://%s/%s" % (unquote(bucket), name)


def _named(data: Any) -> str:
    """The object's name in the JSON that begins an upload."""
    import json

    try:
        return str((data if isinstance(data, dict) else json.loads(data))["name"])
    except Exception:
        return ""


def _multipart(bodies: Any, data: Any) -> tuple[str, dict[str, Any]]:
    """Name and content facts of a ``multipart/related`` body: JSON first, the content second."""
    view = bodies.view_of(data)
    if view is None:
        return "", {}
    head = bytes(view[:_HEAD])
    edge = head.partition(b"\n")[0].strip()
    first = _after_blank(head, 0)
    second = head.find(b"\n" + edge, first)
    begin = _after_blank(head, second)
    tail = bytes(view[-256:])
    last = tail.rfind(b"\n" + edge)
    if not edge or min(first, second, begin) < 0 or last < 0:
        return "", {}
    end = view.nbytes - len(tail) + last
    if view[end - 1 : end] == b"\r":
        end -= 1
    return _named(head[first:second]), bodies.content_facts(view[begin:end])


def _after_blank(head: bytes, start: int) -> int:
    """Where the content begins that follows the headers of a part."""
    if start < 0:
        return -1
    found = [
        at + len(blank)
        for blank in (b"\r\n\r\n", b"\n\n")
        for at in [head.find(blank, start)]
        if at >= 0
    ]
    return min(found, default=-1)
