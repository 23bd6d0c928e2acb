import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from whence import receipts
from whence.receipts.confirming import digests_of
from whence.receipts.reading import Wanted, find_receipt, list_receipts

PREDICTION = b'{"p": 0.5}'


def predict(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    length = int(environ["CONTENT_LENGTH"] or 0)
    read = environ["wsgi.input"].read(length // 2 if path == "/half" else length)
    assert path == "/half" or len(read) == length
    status = "500 No" if path == "/fail" else "200 OK"
    write = start_response(status, [("Content-Type", "application/json")])
    if path == "/pieces":
        return (piece for piece in (b"[1", b",2]"))
    if path == "/write":
        write(b"[1")
        return [b",2]"]
    return [PREDICTION]


def late(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Starts its answer when the first piece is asked for, as a generator does."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"a"
    yield b"b"


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return receipts.wsgi(predict, "delay@3", folder=tmp_path, resolver=None, deployment="eu")


def ask(app: Any, path: str, body: bytes = b"{}", method: str = "POST") -> Any:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_REQUEST_ID": "q-7",
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    told: dict[str, Any] = {}
    written: list[bytes] = []

    def start_response(status: str, headers: Any, error: Any = None) -> Callable[[bytes], Any]:
        told.update(status=status, headers={name.lower(): value for name, value in headers})
        return written.append

    pieces = validator(app)(environ, start_response)
    answer = b"".join(pieces)
    pieces.close()  # type: ignore[attr-defined]  # the validator's has one
    return told["status"], told["headers"], b"".join(written) + answer


def test_an_answer_carries_its_receipt(app: Any, tmp_path: Path) -> None:
    status, headers, body = ask(app, "/predict", b'{"b": 1.0, "a": 2}')
    assert (status, body) == ("200 OK", PREDICTION)
    told = find_receipt([tmp_path], headers["whence-receipt"])
    assert (told.request, told.environment, told.output_form) == ("q-7", "eu", "json")
    (tmp_path / "request.json").write_text('{"a":2,"b":1}')
    assert told.input in digests_of([tmp_path], tmp_path / "request.json")
    app.recorder.close()


@pytest.mark.parametrize("path", ["/pieces", "/write"])
def test_an_answer_in_pieces_is_not_held_up(app: Any, tmp_path: Path, path: str) -> None:
    _, headers, body = ask(app, path)
    assert body == b"[1,2]"
    assert find_receipt([tmp_path], headers["whence-receipt"]).output == ""
    app.recorder.close()


def test_one_that_starts_late_gets_a_receipt_too(tmp_path: Path) -> None:
    app = receipts.wsgi(late, "delay@3", folder=tmp_path, resolver=None)
    _, headers, body = ask(app, "/predict")
    assert body == b"ab"
    assert find_receipt([tmp_path], headers["whence-receipt"]).model == "delay@3"
    app.recorder.close()


def test_an_input_that_was_not_read_whole_is_not_digested(app: Any, tmp_path: Path) -> None:
    _, headers, _ = ask(app, "/half", b"0123456789")
    assert find_receipt([tmp_path], headers["whence-receipt"]).input == ""
    app.recorder.close()


def test_an_empty_input_is_an_input(app: Any, tmp_path: Path) -> None:
    _, headers, _ = ask(app, "/predict", b"")
    assert find_receipt([tmp_path], headers["whence-receipt"]).input_form == "bytes"
    app.recorder.close()


def test_what_is_no_prediction_gets_none(app: Any, tmp_path: Path) -> None:
    assert "whence-receipt" not in ask(app, "/fail")[1]
    assert "whence-receipt" not in ask(app, "/predict", b"", method="GET")[1]
    assert list_receipts([tmp_path], Wanted(), 10) == []


def test_an_error_after_the_start_is_the_servers_matter(app: Any) -> None:
    seen: list[Any] = []

    def fails(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        error = (ValueError, ValueError("late"), None)
        start_response("500 No", [], error)
        return [b""]

    app.app = fails
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "wsgi.input": io.BytesIO(),
    }
    app(environ, lambda *told: seen.append(told))
    assert [each[0] for each in seen] == ["500 No"]
