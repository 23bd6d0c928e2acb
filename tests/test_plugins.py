import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from whence import plugins
from whence.cli import main
from whence.errors import WhenceError
from whence.reproduction import comparing
from whence.reproduction.sources import finding

GROUPS = ["whence.commands", "whence.tracers", "whence.comparers", "whence.sources"]
ORDERS = {
    "whence.commands": main.ORDER,
    "whence.comparers": comparing.ORDER,
    "whence.sources": finding.ORDER,
}


@pytest.mark.parametrize("group", GROUPS)
def test_our_own_are_what_the_standard_way_finds(group: str) -> None:
    ours = {each.name for each in entry_points(group=group) if each.value.startswith("whence.")}
    assert ours <= set(plugins.names(group))
    assert ours


@pytest.mark.parametrize("group", GROUPS)
def test_everything_that_is_listed_can_be_loaded(group: str) -> None:
    for name in plugins.names(group):
        assert plugins.load(group, name) is not None


@pytest.mark.parametrize("group", ORDERS)
def test_each_of_ours_has_its_place_where_order_matters(group: str) -> None:
    own = [name for name in plugins.names(group) if plugins.is_own(group, name)]
    assert sorted(ORDERS[group]) == own
    assert plugins.names(group, ORDERS[group])[: len(own)] == list(ORDERS[group])


def test_what_is_not_there_is_none() -> None:
    assert plugins.load("whence.commands", "no-such-thing") is None


def stranger(folder: Path, target: str) -> None:
    info = folder / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[whence.commands]\nhello = {target}\n")
    (folder / "stranger.py").write_text('SUMMARY = "greet"\n')


def test_a_stranger_walks_through_the_same_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger(tmp_path, "stranger")
    monkeypatch.syspath_prepend(tmp_path)
    assert "hello" in plugins.names("whence.commands")
    assert plugins.load("whence.commands", "hello").SUMMARY == "greet"  # type: ignore[union-attr]


def test_a_broken_plugin_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger(tmp_path, "stranger:nothing")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(WhenceError, match="'hello'"):
        plugins.load("whence.commands", "hello")


def test_finding_our_own_reads_no_metadata_of_others() -> None:
    code = (
        "import sys; from whence import plugins; plugins.load('whence.commands', 'log');"
        "sys.exit('importlib.metadata' in sys.modules)"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
