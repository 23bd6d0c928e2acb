import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from whence import receipts
from whence.receipts.confirming import digests_of
from whence.receipts.reading import Wanted, find_receipt, list_receipts

PREDICTION = b'{"p": 0.5}'


async def predict(scope: Any, receive: Any, send: Any) -> None:
    """A service: `/fail` fails, `/stream` answers in pieces, `/unread` reads nothing."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body, more = b"", scope["path"] != "/unread"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status = 500 if scope["path"] == "/fail" else 200
    kind = (b"content-type", b"application/json")
    size = (b"content-length", str(len(PREDICTION)).encode())
    head = [kind, size] if scope["path"] == "/passed" else [kind]
    await send({"type": "http.response.start", "status": status, "headers": head})
    if scope["path"] == "/passed":
        await send({"type": "http.response.body", "body": PREDICTION, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    elif scope["path"] == "/stream":
        for piece in (b"[1", b",2]"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        told = body if scope["path"] == "/echo" else PREDICTION
        await send({"type": "http.response.body", "body": told})


def ask(
    app: Any, path: str, *pieces: bytes, method: str = "POST", kind: str = "application/json"
) -> tuple[int, dict[str, str], bytes]:
    """One request to an application; status, headers and body of the answer."""
    sent: list[dict[str, Any]] = []
    left = [
        {"type": "http.request", "body": piece, "more_body": at < len(pieces) - 1}
        for at, piece in enumerate(pieces)
    ]

    async def receive() -> Any:
        return left.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", kind.encode()), (b"x-request-id", b"q-7")]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(app(scope, receive, send))
    assert [each["type"] for each in sent].count("http.response.start") == 1
    told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(each.get("body", b"") for each in sent[1:])


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return receipts.asgi(
        predict,
        "delay@3",
        folder=tmp_path,
        resolver=None,
        paths=["/predict", "/v2/models/*/infer", "/fail", "/stream", "/unread", "/echo", "/passed"],
        largest=1000,
    )


def test_an_answer_carries_its_receipt(app: Any, tmp_path: Path) -> None:
    status, headers, body = ask(app, "/predict", b'{"a": 1, ', b'"b": [2.0]}')
    assert (status, body) == (200, PREDICTION)
    told = find_receipt([tmp_path], headers["whence-receipt"])
    assert (told.model, told.request, told.input_form, told.output_form) == (
        "delay@3",
        "q-7",
        "json",
        "json",
    )
    assert told.seconds is not None
    (tmp_path / "request.json").write_text('{"b":[2],"a":1}')
    assert told.input in digests_of([tmp_path], tmp_path / "request.json")
    app.recorder.close()


@pytest.mark.parametrize("path", ["/other", "/predict/more", "/fail"])
def test_what_is_no_prediction_gets_none(app: Any, tmp_path: Path, path: str) -> None:
    assert "whence-receipt" not in ask(app, path, b"{}")[1]
    assert "whence-receipt" not in ask(app, "/predict", b"", method="GET")[1]
    assert list_receipts([tmp_path], Wanted(), 10) == []


def test_paths_are_chosen_by_patterns(app: Any) -> None:
    assert "whence-receipt" in ask(app, "/v2/models/churn/infer", b"{}")[1]
    app.recorder.close()


def test_an_answer_in_pieces_is_not_held_up(app: Any, tmp_path: Path) -> None:
    _, headers, body = ask(app, "/stream", b"{}")
    assert body == b"[1,2]"
    told = find_receipt([tmp_path], headers["whence-receipt"])
    assert (told.input_form, told.output_form) == ("json", "")
    app.recorder.close()


def test_an_answer_that_a_framework_passes_on_is_whole(app: Any, tmp_path: Path) -> None:
    _, headers, body = ask(app, "/passed", b"{}")
    assert body == PREDICTION
    assert find_receipt([tmp_path], headers["whence-receipt"]).output_form == "json"
    app.recorder.close()


def test_an_input_that_nobody_read_is_not_digested(app: Any, tmp_path: Path) -> None:
    _, headers, _ = ask(app, "/unread", b"{}")
    assert find_receipt([tmp_path], headers["whence-receipt"]).input == ""
    app.recorder.close()


def test_a_long_input_is_digested_as_it_passes_by(app: Any, tmp_path: Path) -> None:
    long = json.dumps(list(range(1000))).encode()
    _, headers, body = ask(app, "/echo", long[:700], long[700:1400], long[1400:])
    assert body == long
    told = find_receipt([tmp_path], headers["whence-receipt"])
    assert (told.input_form, told.output_form) == ("bytes", "bytes")
    (tmp_path / "long").write_bytes(long)
    assert told.input in digests_of([tmp_path], tmp_path / "long")
    app.recorder.close()


def test_bytes_count_as_bytes(app: Any, tmp_path: Path) -> None:
    _, headers, _ = ask(app, "/predict", b'{"a": 1}', kind="application/octet-stream")
    assert find_receipt([tmp_path], headers["whence-receipt"]).input_form == "bytes"
    app.recorder.close()


def test_the_service_answers_where_no_receipt_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    app = receipts.asgi(predict, "delay@3", folder=tmp_path / "taken" / "x", resolver=None)
    status, headers, body = ask(app, "/predict", b"{}")
    assert (status, body) == (200, PREDICTION)
    assert "whence-receipt" not in headers
    assert app.recorder.lost == 1


def test_receipts_are_filed_when_the_service_stops(app: Any, tmp_path: Path) -> None:
    ask(app, "/predict", b"{}")
    left = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return left.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert len(list(tmp_path.glob("model=*/day=*/*"))) == 1


def test_other_connections_pass_by(app: Any) -> None:
    seen: list[str] = []

    async def other(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    app.app = other
    asyncio.run(app({"type": "websocket", "path": "/predict"}, None, None))
    assert seen == ["websocket"]
