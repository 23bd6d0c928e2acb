"""What a server may do to a client, and what the client says of it."""

import gzip
import json
import socket

import pytest

from scripted import JSON, PROBLEM, Answer, ok, problem, scripted
from whence.errors import (
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    StoreError,
    StoreUnreachableError,
    UsageError,
)
from whence.store.remote.channel import Channel
from whence.store.remote.problems import AnsweredError


def test_one_connection_serves_many_requests_and_a_lost_one_is_made_anew() -> None:
    # The server closes behind its first answer without saying so: the second request must not fail.
    with scripted(ok(1, **{"X-Close": "1"}), ok(2), ok(3)) as server:
        channel = Channel(server.url, "secret")
        assert [channel.ask("GET", "/a"), channel.ask("GET", "/b")] == [1, 2]
        assert channel.ask("POST", "/c", {"x": 1}) == 3
        channel.close()
    assert [each[2]["Authorization"] for each in server.asked] == ["Bearer secret"] * 3
    assert json.loads(server.asked[2][3]) == {"x": 1}


def test_packed_answers_are_unpacked_and_lines_are_sent_packed() -> None:
    packed = gzip.compress(json.dumps(["x" * 5000]).encode())
    with scripted((200, {**JSON, "Content-Encoding": "gzip"}, packed), ok()) as server:
        channel = Channel(server.url)
        assert channel.ask("GET", "/") == ["x" * 5000]
        channel.ask("POST", "/", b"[1]\n", media="application/x-ndjson")
        channel.close()
    assert gzip.decompress(server.asked[1][3]) == b"[1]\n"


def test_a_busy_server_is_asked_again_only_for_what_may_be_repeated() -> None:
    busy = (503, {**PROBLEM, "Retry-After": "0"}, b"{}")
    with scripted(busy, ok(7), busy) as server:
        channel = Channel(server.url)
        assert channel.ask("GET", "/") == 7
        with pytest.raises(AnsweredError):
            channel.ask("POST", "/", {})
        channel.close()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (problem(422, "invalid-record"), InvalidRecordError, "so it is"),
        (problem(409, "conflict"), ConflictError, "so it is"),
        (problem(404, "not-found", hint="look"), NotFoundError, "so it is"),
        (problem(400, "bad-request"), UsageError, "so it is"),
        (problem(507, "no-room"), StoreUnreachableError, "cannot answer now"),
        (problem(401, "unauthenticated"), StoreError, "who you are"),
        (problem(403, "forbidden"), StoreError, "does not allow"),
        (problem(500, "internal"), StoreError, "failed"),
        ((502, {"Content-Type": "text/html"}, b"<html>"), StoreUnreachableError, "502"),
        ((418, {}, b""), StoreError, "not as a server of Whence"),
        ((404, {"Content-Type": "text/html"}, b"<html>"), StoreError, "answers with status 404"),
    ],
)
def test_a_refusal_is_the_error_that_it_means(
    answer: Answer, kind: type[Exception], words: str
) -> None:
    with scripted(answer) as server:
        channel = Channel(server.url, patience=0)
        with pytest.raises(AnsweredError) as answered:
            channel.ask("GET", "/")
        channel.close()
    error = answered.value.as_error(server.url)
    assert type(error) is kind
    assert words in error.message
    assert answered.value.is_for_good == (answer[0] in {400, 409, 422})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((302, {"Location": "https://elsewhere.example"}, b""), "sends us to https://elsewhere"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "no server of Whence"),
        ((200, {**JSON, "Content-Encoding": "gzip"}, b"no gzip"), "damaged"),
        ((200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b"[1]")[:-9]), "does not end"),
        ((200, {**JSON, "Content-Length": "9", "X-Close": "1"}, b"[1]"), "cannot be reached"),
    ],
)
def test_what_is_no_answer_is_said(answer: Answer, words: str) -> None:
    with scripted(answer) as server:
        channel = Channel(server.url)
        with pytest.raises(StoreError) as raised:
            channel.ask("GET", "/")
        channel.close()
    assert words in raised.value.message
    assert server.asked[0][1] == "/"


def test_a_server_that_never_answers_is_away() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        channel = Channel(f"http://127.0.0.1:{silent.getsockname()[1]}", answer=0.1)
        with pytest.raises(StoreUnreachableError, match="cannot be reached"):
            channel.ask("GET", "/")


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(ok("by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "localhost")
        channel = Channel("http://whence.example.org/team")
        assert channel.ask("GET", "/x") == "by proxy"
        channel.close()
    assert proxy.asked[0][1] == "http://whence.example.org:80/team/x"


@pytest.mark.parametrize(
    "url",
    ["", "whence.example.org", "ftp://x", "http://", "http://a:b", "http://a/?q", "http://u:p@a"],
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(UsageError):
        Channel(url)
