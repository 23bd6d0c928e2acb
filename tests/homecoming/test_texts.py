from pathlib import Path

import pytest

from whence.errors import StoreError
from whence.homecoming.texts import LARGEST, TextShelf
from whence.testing.worlds import digest_of

SHA256 = digest_of("a script")


def test_a_text_comes_back(tmp_path: Path) -> None:
    shelf = TextShelf(tmp_path / "texts")
    assert shelf.get(SHA256) is None
    shelf.put(SHA256, "print('grüße')\n".encode())
    assert shelf.get(SHA256) == "print('grüße')\n"


def test_secrets_are_taken_out(tmp_path: Path) -> None:
    shelf = TextShelf(tmp_path)
    secret = "ghp_" + "a1B2" * 9
    shelf.put(SHA256, f'TOKEN = "{secret}"\nx = 1\n'.encode())
    kept = shelf.get(SHA256)
    assert kept is not None
    assert secret not in kept
    assert "x = 1" in kept


@pytest.mark.parametrize("data", [b"\0binary", b"x" * (LARGEST + 1)])
def test_what_is_no_text_or_too_large_is_not_kept(tmp_path: Path, data: bytes) -> None:
    shelf = TextShelf(tmp_path)
    shelf.put(SHA256, data)
    assert shelf.get(SHA256) is None


def test_a_damaged_text_is_an_error_and_not_an_answer(tmp_path: Path) -> None:
    shelf = TextShelf(tmp_path)
    shelf.put(SHA256, b"print(1)\n")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match="damaged"):
        shelf.get(SHA256)
