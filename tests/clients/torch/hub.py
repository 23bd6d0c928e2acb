"""A hub on this machine: the few endpoints that downloads ask, and nothing else."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git_id(content: bytes) -> str:
    """The id that git gives to a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(ThreadingHTTPServer):
    """Serves one model repository; ``large`` files are said to be in large-file storage."""

    def __init__(self, repo: str, files: Mapping[str, bytes], large: frozenset[str]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.repo, self.files, self.large = repo, files, large

    def describe(self, path: str) -> bytes:
        """What the API says of the repository, or of its files."""
        if "/tree/" in path:
            return json.dumps([self.entry(name) for name in self.files]).encode()
        siblings = [{"rfilename": name} for name in self.files]
        told = {"id": self.repo, "modelId": self.repo, "sha": COMMIT, "siblings": siblings}
        return json.dumps(told).encode()

    def entry(self, name: str) -> dict[str, Any]:
        content = self.files[name]
        told: dict[str, Any] = {"type": "file", "path": name, "size": len(content)}
        told["oid"] = git_id(content)
        if name in self.large:
            digest = hashlib.sha256(content).hexdigest()
            told["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 130}
        return told

    def headers_of(self, name: str) -> dict[str, str]:
        content = self.files[name]
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{git_id(content)}"'}
        if name in self.large:
            headers["X-Linked-Etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
            headers["X-Linked-Size"] = str(len(content))
        return headers


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0]
        if path.startswith(f"/api/models/{self.server.repo}"):
            content = self.server.describe(path)
            self.send(200, content, {"Content-Type": "application/json"}, body=body)
            return
        name = path.removeprefix(f"/{self.server.repo}/resolve/").partition("/")[2]
        if name in self.server.files:
            self.send(200, self.server.files[name], self.server.headers_of(name), body=body)
        else:
            missing = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}
            self.send(404, b"", missing, body=body)

    def send(self, status: int, content: bytes, headers: Mapping[str, str], *, body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)


@contextmanager
def hub(repo: str, files: Mapping[str, bytes], large: frozenset[str]) -> Iterator[str]:
    """A hub's address, while it is there."""
    server = Hub(repo, files, large)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
