"""A web server with rows in several forms, and two that speak like Google's and Azure's storage."""

import gzip
import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

ROWS = b"a,b\n" + b"".join(b"%d,%d\n" % (at, at * at) for at in range(5_000))
SHA256 = hashlib.sha256(ROWS).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Answers by the first part of the path."""

    protocol_version = "HTTP/1.1"
    kept: ClassVar[dict[str, bytes]] = {}
    """Objects that were written, by path."""
    blocks: ClassVar[dict[str, bytes]] = {}

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/moved":
            self._answer(302, b"", Location="/rows.csv?X-Amz-Signature=1&api_key=k")
        elif path == "/packed.csv":
            packed = gzip.compress(ROWS, mtime=0)
            self._answer(200, packed, **{"Content-Encoding": "gzip", "Content-Type": "text/csv"})
        elif path == "/chunked.csv":
            self._answer_in_pieces()
        elif path.startswith("/devstoreaccount1/"):
            self._azure(path)
        elif "/storage/v1/b/" in path:
            self._google(path)
        elif path == "/api":
            self._answer(200, b'{"ok": 1}', **{"Content-Type": "application/json"})
        else:
            self._content(ROWS, ETag='"v1"', **{"Content-Type": "text/csv"})

    do_HEAD = do_GET  # noqa: N815  as the class has it

    def do_PUT(self) -> None:
        body = self._body()
        place = urlsplit(self.path)
        query = parse_qs(place.query)
        if place.path.startswith("/devstoreaccount1/"):
            if query.get("comp") == ["block"]:
                self.blocks[query["blockid"][0]] = body
            elif query.get("comp") == ["blocklist"]:
                self.kept[place.path] = b"".join(
                    self.blocks[each.split(b"<")[0].decode()]
                    for each in body.split(b"Latest>")[1::2]
                )
            else:
                self.kept[place.path] = body
            self._answer(201, b"", ETag='"0x1"', **{"x-ms-request-id": "1", "x-ms-version": "1"})
        else:
            self.kept[place.path] = body
            self._answer(201, b"", ETag='"put"')

    def do_POST(self) -> None:
        body = self._body()
        place = urlsplit(self.path)
        if "/upload/storage/v1/b/" not in place.path:
            self._answer(201, b"{}", **{"Content-Type": "application/json"})
            return
        bucket = place.path.split("/b/")[1].split("/")[0]
        query = parse_qs(place.query)
        if query.get("uploadType") == ["resumable"]:
            name = json.loads(body)["name"] if body else query["name"][0]
            session = f"http://{self.headers['Host']}{place.path}?upload_id={bucket}/{name}"
            self._answer(200, b"", Location=session)
        elif "upload_id" in query:
            bucket, _, name = query["upload_id"][0].partition("/")
            self._take(bucket, name, body)
        else:
            edge = body.partition(b"\n")[0].strip()
            _, head, content, _ = body.split(edge, 3)
            meta, data = (re.split(rb"\r?\n\r?\n", each, maxsplit=1)[1] for each in (head, content))
            self._take(bucket, json.loads(meta)["name"], re.sub(rb"\r?\n\Z", b"", data))

    def _take(self, bucket: str, name: str, data: bytes) -> None:
        self.kept[f"/download/storage/v1/b/{bucket}/o/{name}"] = data
        told = {"name": name, "bucket": bucket, "generation": "7", "size": str(len(data))}
        self._answer(200, json.dumps(told).encode(), **{"Content-Type": "application/json"})

    # ----------------------------------------------------------------- storage

    def _google(self, path: str) -> None:
        """The JSON interface, as far as reading goes."""
        bucket, _, key = unquote(path.partition("/storage/v1/b/")[2]).partition("/o/")
        data = self.kept.get(f"/download/storage/v1/b/{bucket}/o/{key}", ROWS)
        if "alt=media" in self.path:
            self._content(data, **{"X-Goog-Generation": "7", "ETag": '"g7"'})
            return
        told = {
            "kind": "storage#object",
            "name": key,
            "bucket": bucket,
            "size": str(len(data)),
            "generation": "7",
            "updated": "2026-01-01T00:00:00.000Z",
            "timeCreated": "2026-01-01T00:00:00.000Z",
        }
        self._answer(200, json.dumps(told).encode(), **{"Content-Type": "application/json"})

    def _azure(self, path: str) -> None:
        """Get Blob, and Get Blob Properties."""
        headers = {
            "ETag": '"0x8D"',
            "x-ms-blob-type": "BlockBlob",
            "x-ms-request-id": "1",
            "x-ms-version": "2021-01-01",
            "x-ms-creation-time": "Thu, 01 Jan 2026 00:00:00 GMT",
            "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT",
            "Content-Type": "application/octet-stream",
        }
        self._content(self.kept.get(path, ROWS), **headers)

    # ----------------------------------------------------------------- answers

    def _content(self, data: bytes, **headers: str) -> None:
        asked = self.headers.get("Range") or self.headers.get("x-ms-range")
        if not asked:
            self._answer(200, data, **headers)
            return
        first, _, last = asked.partition("=")[2].partition("-")
        start = int(first)
        end = min(int(last) if last else len(data) - 1, len(data) - 1)
        if start > end:
            self._answer(416, b"", **headers)
            return
        span = f"bytes {start}-{end}/{len(data)}"
        self._answer(206, data[start : end + 1], **headers, **{"Content-Range": span})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _answer_in_pieces(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(ROWS), 7_000):
            piece = ROWS[at : at + 7_000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body
