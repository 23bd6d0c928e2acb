"""No path from a client is ever opened on the server."""

import json
import os
import re
import shutil
import signal
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from askings import asked, askings
from doors import guarded_server
from serving import serving
from whence.recording.recorder import Recorder
from whence.server.access.permission import Mode
from whence.server.api import all_routes
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import pipeline

CANARY = "canary-7f3a"


def corpus(outside: Path) -> list[str]:
    """Ways to write the path of a file that is none of the server's business."""
    file = f"{outside}/{CANARY}"
    up = "../" * 12 + file.lstrip("/")
    plain = [
        file,
        up,
        up.replace("/", "\\"),
        f"./{up}",
        f"/{up}",
        f"a/{up}",
        f"//{file}",
        f"file://{file}",
        f"file:{file}",
        f"FILE://localhost{file}",
        f"file://{file}#x",
        f"{file}#",
        f"{file}?x",
        f"{file};x",
        f"{file};.sqlite",
        f"{file}\0",
        f"{file}\0.sqlite",
        f"{file}/.",
        f"{file}/../{CANARY}",
        f" {file}",
        f"{file} ",
        f"~/{CANARY}",
        f"~root/{CANARY}",
        f"$HOME/{CANARY}",
        f"${{HOME}}/{CANARY}",
        f"$(cat {file})",
        f"`cat {file}`",
        f"|cat {file}",
        f"\\\\localhost\\{CANARY}",
        f"\\\\?\\C:\\{CANARY}",
        f"C:\\{CANARY}",
        f"sqlite://{file}",
        f"sqlite:///{file}",
        f"git+file://{file}",
        f"ext::cat {file}",
        f"--upload-pack=cat {file}",
        f"-{file}",
        f"@{file}",
        f"<{file}",
        f"/proc/self/cwd/../../../..{file}",
        f"/dev/fd/../..{file}",
        f"{file}@1",
        f"{file}@latest",
        f"sha256:{file}",
        f"%2e%2e%2f{CANARY}",
        f"%252e%252e%252f{CANARY}",
        f"..%c0%af..%c0%af{CANARY}",
        f"..%u2215{CANARY}",
        f"..\u2215..\u2215{CANARY}",
        f"\uff0e\uff0e/{CANARY}",
        f"{quote(file, safe='')}",
        f"{CANARY}/" * 300,
        "/" + "A" * 5_000 + CANARY,
        f"{file}\n",
        f"\r\n{file}",
        f"{{{file}}}",
        f"%s%n{file}",
        f"!!python/object/apply:open ['{file}']",
        f"__import__('os').open('{file}', 0)",
        f"s3://{file}",
        f"http://127.0.0.1:1/{CANARY}",
    ]
    assert len(plain) >= 60
    return plain


def put(client: Any, method: str, path: str, rest: dict[str, Any]) -> None:
    answer = client.request(method, path, **rest)
    assert answer.status_code < 500, f"{method} {path[:200]}: {answer.text[:300]}"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / CANARY).write_text("what nobody may read")
    return folder


class _Watch:
    """Opened files, as the interpreter tells of them; a hook can never be taken out again."""

    on = False
    seen: list[str] = []  # noqa: RUF012  one for the process, as the hook is

    @classmethod
    def hook(cls, event: str, words: tuple[Any, ...]) -> None:
        if cls.on and event in {"open", "os.listdir", "os.scandir", "sqlite3.connect"}:
            cls.seen.append(str(words[0]))
        if cls.on and event in {"subprocess.Popen", "os.system", "os.exec", "socket.connect"}:
            cls.seen.append(f"{event} {words!r}")


@contextmanager
def watching() -> Iterator[list[str]]:
    _Watch.seen = []
    _Watch.on = True
    try:
        yield _Watch.seen
    finally:
        _Watch.on = False


sys.addaudithook(_Watch.hook)


def test_whatever_a_route_is_asked_nothing_is_opened_for_it(tmp_path: Path, outside: Path) -> None:
    folder = tmp_path / ".whence"
    store = SqliteStore(folder)
    Recorder(store).record_runs(pipeline())
    texts = corpus(outside)
    with guarded_server(store, folder, Mode.NONE) as (client, _):
        for route in all_routes():  # what is loaded late is loaded now
            for asking in askings(route):
                put(client, route.method, *asked(asking, "x"))
        with watching() as seen:
            for at, route in enumerate(all_routes()):
                for asking in askings(route):
                    for text in texts[at % 9 :: 9]:  # each text to a ninth of the routes
                        put(client, route.method, *asked(asking, text))
    own = (str(folder), *{sysconfig.get_path(each) for each in ("stdlib", "purelib")})
    foreign = [each for each in seen if not each.startswith(own) and not each.isdigit()]
    assert foreign == []


class Answer:
    """What came back."""

    def __init__(self, status: int, text: str) -> None:
        self.status_code, self.text = status, text


class Plain:
    """One connection after another to a real server; what it sends is not made any nicer."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url).netloc

    def request(self, method: str, path: str, **rest: Any) -> Answer:
        query = urlencode(rest.get("params", {}))
        body = json.dumps(rest["json"]).encode() if "json" in rest else None
        connection = HTTPConnection(self._place, timeout=30)
        try:
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method, f"{path}?{query}" if query else path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()


OPENS = re.compile(r'(?:open|openat|openat2|readlink|stat|execve)\((?:[A-Z_]+, )?"([^"]*)"')


@pytest.mark.slow
def test_the_system_sees_no_file_opened_outside(tmp_path: Path, outside: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    (tmp_path / ".whence").mkdir()
    trace = tmp_path / "trace"
    wrapped = [strace, "-f", "-s", "9999", "-e", "trace=%file,execve", "-o", str(trace)]
    with serving(tmp_path, wrapped=wrapped) as (url, _):
        client = Plain(url)
        for route in all_routes():
            for asking in askings(route):
                put(client, route.method, *asked(asking, "x"))
        before = trace.stat().st_size
        for route in all_routes():
            for asking in askings(route):
                for text in corpus(outside):
                    put(client, route.method, *asked(asking, text))
        os.kill(int((tmp_path / ".whence/serve.lock").read_text()), signal.SIGTERM)
        whole = trace.read_bytes()
    assert b"whence.sqlite" in whole[:before], "the trace tells what the server opened"
    lines = whole[before:].decode("utf-8", "replace").splitlines()
    assert not [line for line in lines if CANARY in line]
    folder = str(tmp_path / ".whence")
    own = (
        folder,
        sys.prefix,
        sys.base_prefix,
        str(Path(__file__).parents[2] / "src"),
        "/proc/self",
    )
    opened = [found[1] for line in lines if (found := OPENS.search(line))]
    assert [each for each in opened if not each.startswith(own)] == []
