import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from serving import serving
from whence.errors import StoreLockedError, UsageError
from whence.server.listening import PORT, listen, serving_alone


def test_the_default_port_or_the_next_that_is_free() -> None:
    first = listen("127.0.0.1", None)
    second = listen("127.0.0.1", None)
    assert PORT <= first.getsockname()[1] < second.getsockname()[1]
    first.close()
    second.close()


def test_a_port_that_was_asked_for_and_is_taken_is_an_error() -> None:
    first = listen("127.0.0.1", 0)
    with pytest.raises(UsageError, match="cannot be listened on"):
        listen("127.0.0.1", first.getsockname()[1])
    first.close()


def test_answers_do_not_wait_for_acknowledgements() -> None:
    made = listen("127.0.0.1", 0)
    assert made.proto == socket.IPPROTO_TCP, "asyncio sets TCP_NODELAY only then"
    made.close()


def test_a_second_server_on_one_store_refuses(tmp_path: Path) -> None:
    with (
        serving_alone(tmp_path),
        pytest.raises(StoreLockedError, match=str(os.getpid())),
        serving_alone(tmp_path),
    ):
        pass
    with serving_alone(tmp_path):
        pass


def test_the_command_says_where_it_serves_and_ends_well(tmp_path: Path) -> None:
    (tmp_path / ".whence").mkdir()
    with serving(tmp_path) as (url, process):
        assert url.startswith("http://127.0.0.1:")
        again = subprocess.run(
            [sys.executable, "-m", "whence", "serve", "--port", "0"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert again.returncode == 2
        assert "already" in again.stderr
        process.terminate()
        assert process.wait(30) == 0


def test_nobody_else_is_let_in_unguarded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "whence", "serve", "--host", "0.0.0.0", "--port", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "can be reached by others" in done.stderr


def test_a_store_is_served_from_where_its_url_says(tmp_path: Path) -> None:
    (tmp_path / "here" / ".whence").mkdir(parents=True)
    place = tmp_path / "elsewhere"
    words = ("--store", f"sqlite://{place}")
    with serving(tmp_path / "here", *words) as (_, process):
        assert (place / "whence.sqlite").exists()
        with pytest.raises(StoreLockedError), serving_alone(place):
            pass
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--store", "https://whence.example.org"], "is a server already"),
        (["--store", "nonsense"], "names no store"),
        (["--store", "sqlite://", "--demo"], "has a store of its own"),
    ],
)
def test_a_store_that_cannot_be_served_is_an_error(
    tmp_path: Path, words: list[str], told: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "whence", "serve", "--port", "0", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
