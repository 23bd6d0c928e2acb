import io

import pytest

from whence.homecoming.progress import WORTH_SHOWING, hashing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_where_nobody_looks_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with hashing() as tell:
        assert tell is None


def test_little_work_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with hashing() as tell:
        assert tell is not None
        tell(1, WORTH_SHOWING - 1)
    assert terminal.getvalue() == ""


def test_long_work_is_told_and_taken_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with hashing() as tell:
        assert tell is not None
        for part in range(1, 5):
            tell(part * WORTH_SHOWING // 4, WORTH_SHOWING)
    assert "hashing" in terminal.getvalue()
