import gzip
import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

ROWS = b"a,b\n" + b"".join(b"%d,%d\n" % (at, at * at) for at in range(5_000))
SHA256 = hashlib.sha256(ROWS).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Rows in several forms."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/moved":
            self._answer(302, b"", Location="/rows.csv?X-Amz-Signature=1")
        elif path == "/missing":
            self._answer(404, b"none")
        elif path == "/chunked.csv":
            self.send_response(200)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(ROWS), 7_000):
                piece = ROWS[at : at + 7_000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        elif path == "/rows.csv.gz":
            self._answer(200, gzip.compress(ROWS, mtime=0), ETag='"gz"')
        elif "Range" in self.headers:
            first, last = map(int, self.headers["Range"].partition("=")[2].split("-"))
            self._answer(
                206,
                ROWS[first : last + 1],
                ETag='"v1"',
                **{"Content-Range": f"bytes {first}-{last}/{len(ROWS)}"},
            )
        else:
            self._answer(200, ROWS, ETag='"v1"', **{"Content-Type": "text/csv"})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, b"", ETag='"put"')

    do_POST = do_PUT  # noqa: N815  as the class has it

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def digests(found: Any) -> dict[str, list[Any]]:
    """Address without its server → digests that were told, ``None`` where there was none."""
    bodies: dict[int, dict[str, Any]] = {}
    for each in found.all("remote"):
        bodies.setdefault(each.get("body", 0), {}).update(each)
    told: dict[str, list[Any]] = {}
    for each in bodies.values():
        told.setdefault("/" + each["uri"].split("/", 3)[3], []).append(each.get("sha256"))
    return told


@pytest.mark.parametrize(
    "reading",
    [
        "r.read()",
        "b''.join(iter(lambda: r.read(1000), b''))",
        "b''.join(r)",
        "b''.join(r.readlines())",
        "io.TextIOWrapper(r).read().encode()",
        "io.BufferedReader(r, 4096).read()",
        "b''.join(iter(r.read1, b''))",
        "r.read(10) + r.readline() + r.read()",
    ],
)
def test_what_is_read_whole_has_its_digest(watch: Any, server: str, reading: str) -> None:
    found = watch(
        "import io, urllib.request\n"
        f"for path in ('/rows.csv', '/chunked.csv'):\n"
        f"    with urllib.request.urlopen('{server}' + path) as r:\n"
        f"        print(type(r), len({reading}))\n"
    )
    assert digests(found) == {"/rows.csv": [SHA256], "/chunked.csv": [SHA256]}


def test_an_answer_is_an_answer_of_the_first_address(watch: Any, server: str) -> None:
    found = watch(
        f"import urllib.request\nprint(len(urllib.request.urlopen('{server}/moved').read()))\n"
    )
    first = found.all("remote")[0]
    assert first["uri"] == f"{server}/moved"
    assert first["final"] == f"{server}/rows.csv?X-Amz-Signature=1"
    assert first["headers"]["etag"] == '"v1"'
    assert first["by"] == ""


def test_a_file_that_is_fetched_is_an_input(watch: Any, server: str) -> None:
    found = watch(
        "import urllib.request\n"
        f"name, _ = urllib.request.urlretrieve('{server}/rows.csv', 'rows.csv')\n"
        "print(name)\n"
    )
    assert digests(found) == {"/rows.csv": [SHA256]}


def test_pandas_reads_what_is_told(watch: Any, server: str) -> None:
    found = watch(
        "import pandas as pd\n"
        f"print(pd.read_csv('{server}/rows.csv').shape)\n"
        f"print(pd.read_csv('{server}/rows.csv.gz').shape)\n"
    )
    told = digests(found)
    assert told["/rows.csv"] == [SHA256]
    assert told["/rows.csv.gz"] == [hashlib.sha256(gzip.compress(ROWS, mtime=0)).hexdigest()]
    assert {each["by"] for each in found.all("remote") if "by" in each} == {"pandas"}


def test_what_is_read_in_part_has_no_digest(watch: Any, server: str) -> None:
    found = watch(
        f"import urllib.request\nprint(len(urllib.request.urlopen('{server}/rows.csv').read(9)))\n"
    )
    assert digests(found) == {"/rows.csv": [None]}


def test_ranges_in_their_order_make_a_whole(watch: Any, server: str) -> None:
    source = (
        "import urllib.request\n"
        "def part(first, last):\n"
        f"    r = urllib.request.Request('{server}/rows.csv')\n"
        "    r.add_header('Range', f'bytes={first}-{last}')\n"
        "    return urllib.request.urlopen(r).read()\n"
        "half, end = 30_000, %d\n"
    ) % (len(ROWS) - 1)
    whole = watch(source + "print(len(part(0, half) + part(half - 9, end)))\n")
    assert digests(whole) == {"/rows.csv": [SHA256]}
    mixed = watch(source + "print(len(part(half, end) + part(0, 9)))\n")
    assert digests(mixed) == {"/rows.csv": [None]}
    assert mixed.all("remote")[-1]["ranges"] == [[0, 10], [30_000, len(ROWS)]]


def test_what_is_not_read_or_not_there_is_nothing(watch: Any, server: str) -> None:
    found = watch(
        "import urllib.error, urllib.request\n"
        f"urllib.request.urlopen('{server}/rows.csv').close()\n"
        f"urllib.request.urlopen(urllib.request.Request('{server}/rows.csv', method='HEAD'))\n"
        "try:\n"
        f"    urllib.request.urlopen('{server}/missing').read()\n"
        "except urllib.error.HTTPError as error:\n"
        "    print(error.code)\n"
    )
    assert found.all("remote") == []


def test_what_is_sent_is_told_before_it_goes(watch: Any, server: str) -> None:
    found = watch(
        "import io, urllib.request\n"
        "from urllib.request import Request, urlopen\n"
        f"urlopen(Request('{server}/a', data=b'abc', method='PUT')).read()\n"
        "open('f', 'wb').write(b'of a file')\n"
        "with open('f', 'rb') as f:\n"
        f"    r = Request('{server}/b', data=f, method='PUT', headers={{'Content-Length': '9'}})\n"
        "    urlopen(r).read()\n"
        f"urlopen('{server}/c', data=b'question').read()\n"
    )
    whole, file, call = found.all("remote")
    assert (whole["mode"], whole["etag"]) == ("write", '"put"')
    assert whole["sha256"] == hashlib.sha256(b"abc").hexdigest()
    assert file["file"].endswith("/f")
    assert (call["mode"], call["uri"]) == ("call", f"{server}/c")


def test_an_answer_lives_as_long_as_its_bound_methods_do(watch: Any, server: str) -> None:
    found = watch(
        "import functools, gc, urllib.request, weakref\n"
        f"read = urllib.request.urlopen('{server}/chunked.csv').read\n"
        "gc.collect()\n"
        "print(sum(map(len, iter(functools.partial(read, 999), b''))))\n"
        "gc.disable()\n"
        f"answer = urllib.request.urlopen('{server}/rows.csv')\n"
        "gone = weakref.ref(answer)\n"
        "del answer\n"
        "print(gone())\n"
    )
    assert found.stdout == f"{len(ROWS)}\nNone\n"
