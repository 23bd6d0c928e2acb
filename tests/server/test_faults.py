"""What a real server does when things go wrong around it: ended, full, crowded, lied to."""

import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from serving import serving
from whence.model.identity import new_id
from whence.server.limits import limit
from whence.store.check import check
from whence.store.sqlite import SqliteStore

pytestmark = pytest.mark.slow

WRITERS = 16


def a_record(number: int = 0, time_said: str = "2026-11-20T09:30:00.000Z") -> dict[str, Any]:
    return {
        "v": 1,
        "id": new_id(),
        "type": "test",
        "time": time_said,
        "source": "test",
        "nodes": [{"id": new_id(), "kind": "dataset", "name": f"table {number}"}],
    }


class Asking:
    """One connection to a server."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        assert where.hostname
        assert where.port
        self.host, self.port = where.hostname, where.port
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)

    def __del__(self) -> None:
        self.connection.close()

    def __call__(
        self, method: str, path: str, body: Any = None, kind: str = "application/json"
    ) -> tuple[int, dict[str, str], bytes]:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": kind}
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".whence").mkdir()
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    with serving(folder, "--log-format", "json") as each:
        yield each


def write_until_it_ends(url: str, acknowledged: list[str], stop: threading.Event) -> None:
    ask = Asking(url)
    with contextlib.suppress(OSError, http.client.HTTPException):
        while not stop.is_set():
            record = a_record()
            status, _, _ = ask("POST", "/api/v1/records", [record])
            if status == 201:
                acknowledged.append(record["id"])


def kept_in(folder: Path) -> set[str]:
    store = SqliteStore(folder / ".whence")
    assert check(store).ok
    with store.reading() as reader:
        kept = {each.record.id for each in reader.records() if each.record is not None}
    store.close()
    return {str(each) for each in kept}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_acknowledged_is_there_however_it_ends(folder: Path, how: signal.Signals) -> None:
    acknowledged: list[str] = []
    for wait in (0.3, 0.7, 1.1) if how is signal.SIGKILL else (0.8,):
        stop = threading.Event()
        with serving(folder, log=folder / "log") as (url, process):
            writers = [
                threading.Thread(target=write_until_it_ends, args=(url, acknowledged, stop))
                for _ in range(WRITERS)
            ]
            for each in writers:
                each.start()
            time.sleep(wait)
            process.send_signal(how)
            status = process.wait(60)
            stop.set()
            for each in writers:
                each.join(60)
        if how is signal.SIGTERM:
            assert status == 0
        kept = kept_in(folder)
        assert set(acknowledged) <= kept
    assert len(acknowledged) > WRITERS
    assert len(kept) <= len(acknowledged) + 3 * WRITERS


def test_a_full_disk_refuses_writes_answers_questions_and_recovers(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs a small file system of its own, which only root can mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    room = limit("reserve") + 24_000_000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        fill_and_free(disk, tmp_path / "log")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill_and_free(disk: Path, log: Path) -> None:
    (disk / ".whence").mkdir()
    ballast = disk / "ballast"
    with serving(disk, log=log) as (url, _):
        ask = Asking(url)
        assert ask("POST", "/api/v1/records", [a_record()])[0] == 201
        # Beyond the reserve, then to the last byte.
        for size in (40_000_000, 1 << 40):
            with ballast.open("wb") as file, contextlib.suppress(OSError):
                for _ in range(size // 1_000_000):
                    file.write(bytes(1_000_000))
                    file.flush()
            time.sleep(1.1)
            for _ in range(3):
                status, headers, _ = ask("POST", "/api/v1/records", [a_record()])
                assert status == 507
                assert headers["retry-after"]
            assert ask("GET", "/healthz")[0] == 200
            assert json.loads(ask("GET", "/readyz")[2])["status"] == "degraded"
            assert ask("GET", "/api/v1/show?ref=table%200")[0] == 200
            ballast.unlink()
            assert ask("POST", "/api/v1/records", [a_record()])[0] == 201
            assert json.loads(ask("GET", "/readyz")[2])["status"] == "ready"
    assert len(kept_in(disk)) == 3


def test_writes_that_fail_are_told_and_the_next_ones_go_through(
    server: tuple[str, "subprocess.Popen[str]"], folder: Path
) -> None:
    """A limit on the size of files makes every write fail, without any privilege."""
    url, process = server
    ask = Asking(url)
    assert ask("POST", "/api/v1/records", [a_record()])[0] == 201
    assert ask("GET", "/api/v1/show?ref=table%200")[0] == 200
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    for _ in range(3):
        assert ask("POST", "/api/v1/records", [a_record()])[0] in {503, 507}
    assert ask("GET", "/api/v1/show?ref=table%200")[0] == 200
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
    assert ask("POST", "/api/v1/records", [a_record()])[0] == 201
    process.terminate()
    process.wait(30)
    assert len(kept_in(folder)) == 2


def test_a_thousand_at_once_are_all_answered(
    server: tuple[str, "subprocess.Popen[str]"], folder: Path
) -> None:
    url, process = server
    where = urlsplit(url)
    many = 1_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * many)), hard))
    records = [a_record(at) for at in range(many)]
    sockets = []
    for record in records:
        each = socket.create_connection((where.hostname, where.port), 60)
        body = json.dumps([record]).encode()
        each.sendall(
            f"POST /api/v1/records HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        sockets.append(each)
    acknowledged = set()
    statuses: Counter[int] = Counter()
    for record, each in zip(records, sockets, strict=True):
        answer = http.client.HTTPResponse(each)
        answer.begin()
        statuses[answer.status] += 1
        if answer.status == 201:
            acknowledged.add(record["id"])
        else:
            assert answer.headers["retry-after"]
        answer.close()
        each.close()
    assert sum(statuses.values()) == many
    assert set(statuses) <= {201, 429, 503}
    assert statuses[201] > many // 2
    process.terminate()
    process.wait(30)
    assert acknowledged == kept_in(folder)


def test_slow_clients_are_let_go_and_harm_nobody(
    server: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, _ = server
    where = urlsplit(url)
    halves = []
    for at in range(200):
        each = socket.create_connection((where.hostname, where.port), 60)
        each.sendall(b"POST /api/v1/records HTTP/1.1\r\nX-Slow: 1" if at % 2 else b"GET / HTT")
        halves.append(each)
    body = socket.create_connection((where.hostname, where.port), 60)
    body.sendall(
        f"POST /api/v1/records HTTP/1.1\r\nHost: {where.netloc}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode()
    )
    ask = Asking(url)
    for _ in range(20):
        assert ask("POST", "/api/v1/records", [a_record()])[0] == 201
    for each in halves:
        each.settimeout(limit("header_time") + 20)
        with contextlib.suppress(ConnectionResetError):
            assert each.recv(100) == b"", "it is closed without a word"
        each.close()
    body.settimeout(limit("body_time") + 20)
    assert body.recv(1000).startswith(b"HTTP/1.1 408 ")
    body.close()
    assert ask("GET", "/healthz")[0] == 200


def memory_of(process: "subprocess.Popen[str]") -> int:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError


def test_a_hundred_megabytes_are_refused_without_being_held(
    server: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, process = server
    where = urlsplit(url)
    Asking(url)("POST", "/api/v1/records", [a_record()])
    before = memory_of(process)
    head = (
        f"POST /api/v1/records HTTP/1.1\r\nHost: {where.netloc}\r\n"
        "Content-Type: application/json\r\n"
    )
    for told in ("Content-Length: 100000000", "Transfer-Encoding: chunked"):
        chunked = "chunked" in told
        with socket.create_connection((where.hostname, where.port), 60) as each:
            each.sendall(f"{head}{told}\r\n\r\n".encode())
            piece = b"[" * 65_536
            framed = b"10000\r\n" + piece + b"\r\n" if chunked else piece
            with contextlib.suppress(OSError):
                for _ in range(100_000_000 // len(piece)):
                    each.sendall(framed)
            with contextlib.suppress(ConnectionResetError):
                assert b" 413 " in each.recv(1000)[:20]
    with socket.create_connection((where.hostname, where.port), 60) as each:
        each.sendall(f"{head}Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n".encode())
        assert each.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert memory_of(process) - before < 60_000_000
    assert Asking(url)("GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "lie",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: -5",
        "Content-Length: five",
    ],
)
def test_a_length_that_lies_is_refused(
    server: tuple[str, "subprocess.Popen[str]"], lie: str
) -> None:
    where = urlsplit(server[0])
    with socket.create_connection((where.hostname, where.port), 60) as each:
        each.sendall(
            f"POST /api/v1/records HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Content-Type: application/json\r\n{lie}\r\n\r\n[]".encode()
        )
        assert each.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_a_header_has_an_end(server: tuple[str, "subprocess.Popen[str]"]) -> None:
    where = urlsplit(server[0])
    with socket.create_connection((where.hostname, where.port), 60) as each:
        each.sendall(b"GET /healthz HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            for at in range(1_000):
                each.sendall(f"X-{at}: {'x' * 100}\r\n".encode())
        with contextlib.suppress(ConnectionResetError):
            assert each.recv(1000).startswith(b"HTTP/1.1 431 ")
    assert Asking(server[0])("GET", "/healthz")[0] == 200


BODIES: list[tuple[bytes, int]] = [
    (b"[" * 10_000 + b"]" * 10_000, 400),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    (b'["\xff\xfe"]', 400),
    (b'["\\ud800"]', 400),
    ("[1]".encode("utf-16"), 400),
    (b'["\\u0000"]', 422),
    (b"[NaN]", 400),
    (b"[1e400]", 400),
    (str([2**70]).encode(), 422),
    (b'[{"v":1,"v":1}]', 400),
    (b"", 400),
    (b"\x00\x01\x02", 400),
]


def test_bad_bodies_are_refused_with_a_reason(
    server: tuple[str, "subprocess.Popen[str]"], folder: Path
) -> None:
    url, process = server
    ask = Asking(url)
    for path in ("/api/v1/records", "/api/v1/runs", "/api/v1/lineage", "/api/v1/lineage/batch"):
        for body, status in BODIES:
            got, headers, told = ask("POST", path, body)
            assert got == status, (path, body[:20], told)
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(told)["detail"]
    process.terminate()
    process.wait(30)
    assert kept_in(folder) == set()


def test_clocks_that_go_wrong_are_taken_at_their_word(
    server: tuple[str, "subprocess.Popen[str]"],
) -> None:
    ask = Asking(server[0])
    for said in (
        "1970-01-01T00:00:00.000Z",
        "2999-12-31T23:59:59.999Z",
        "2016-12-31T23:59:60.000Z",
    ):
        status, _, told = ask("POST", "/api/v1/records", [a_record(time_said=said)])
        assert status == 201, told
    assert (
        ask("POST", "/api/v1/records", [a_record(time_said="2026-02-30T00:00:00.000Z")])[0] == 422
    )
    assert json.loads(ask("GET", "/api/v1/ledger")[2])["size"] == 3


def test_the_same_from_sixteen_at_once_is_kept_once(
    server: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, _ = server
    record = a_record()
    statuses: list[int] = []

    def hand_in() -> None:
        statuses.append(Asking(url)("POST", "/api/v1/records", [record])[0])

    threads = [threading.Thread(target=hand_in) for _ in range(WRITERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(statuses) == [200] * (WRITERS - 1) + [201]
    assert json.loads(Asking(url)("GET", "/api/v1/ledger")[2])["size"] == 1
