import pytest

from whence import __version__
from whence.cli.main import main


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"whence {__version__}\n"


@pytest.mark.parametrize("words", [[], ["--help"], ["help"]])
def test_the_list_of_commands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    told = capsys.readouterr().out
    for name in ("run", "log", "trace", "diff", "fsck", "demo"):
        assert f"  {name} " in told


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lgo"]) == 2
    assert "`whence log`" in capsys.readouterr().err


def test_words_that_do_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--limit", "many"]) == 2
    assert "invalid int value" in capsys.readouterr().err


def test_abbreviated_options_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--lim", "3"]) == 2
    capsys.readouterr()
