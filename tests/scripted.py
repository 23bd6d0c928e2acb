"""A server that says what a test tells it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
JSON = {"Content-Type": "application/json"}
PROBLEM = {"Content-Type": "application/problem+json"}


class Scripted:
    """A server that gives these answers, in order, and remembers what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.asked.append((self.command, self.path, dict(self.headers), body))
                status, headers, told = script.answers.pop(0)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(told)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told)
                self.close_connection = "X-Close" in headers

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  as the module wants it

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def scripted(*answers: Answer) -> Iterator[Scripted]:
    script = Scripted(*answers)
    thread = threading.Thread(target=script.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield script
    finally:
        script.server.shutdown()
        thread.join()
        script.server.server_close()


def ok(value: Any = 1, **headers: str) -> Answer:
    return 200, {**JSON, **headers}, json.dumps(value).encode()


def problem(status: int, kind: str, **more: Any) -> Answer:
    told = {"type": f"https://w3id.org/whence/problems/{kind}", "detail": "so it is", **more}
    return status, PROBLEM, json.dumps(told).encode()
