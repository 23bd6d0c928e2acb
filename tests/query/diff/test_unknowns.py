import pytest

from whence.model.gap import GAP_KINDS, Gap
from whence.query.diff import diff
from whence.query.diff.compare import LAYERS
from whence.query.diff.side import read_side
from whence.query.diff.unknowns import GAP_LAYERS, unread
from whence.testing.worlds import World, run_seen


def test_every_kind_of_gap_has_its_layers() -> None:
    assert GAP_LAYERS.keys() == GAP_KINDS.keys()
    assert set().union(*GAP_LAYERS.values()) == set(LAYERS)


@pytest.mark.parametrize("kind", GAP_LAYERS)
def test_a_gap_leaves_open_what_it_hides_and_nothing_else(kind: str) -> None:
    gap = Gap(kind, "something", "nobody looked")
    world = World(run_seen("train", 1), run_seen("train", 2, gaps=(gap,)))
    found = diff(world.store, world.run("train", 1), world.run("train", 2))
    open_ = {name for name, layer in found.layers.items() if layer.status == "unknown"}
    assert open_ == GAP_LAYERS[kind]
    for name in open_:
        (change,) = found.layers[name].changes
        assert change.detail == {"reason": "nobody looked", "gap": kind, "side": "b"}


def test_a_gap_on_both_sides_is_told_for_each() -> None:
    gap = Gap("observer-missing", "files", "nobody looked")
    world = World(*(run_seen("train", number, gaps=(gap,)) for number in (1, 2)))
    layers = diff(world.store, world.run("train", 1), world.run("train", 2)).layers
    assert [each.detail["side"] for each in layers["data"].changes] == ["a", "b"]


def test_a_list_of_processes_cut_short_hides_nothing() -> None:
    gap = Gap("truncated", "processes", "300 ran, 200 are listed")
    world = World(run_seen("train", 1), run_seen("train", 2, gaps=(gap,)))
    assert diff(world.store, world.run("train", 1), world.run("train", 2)).status == "same"


def test_files_of_unknown_content() -> None:
    gaps = (Gap("content-unknown", "x.csv", "gone"), Gap("table-unknown", "y.csv", "torn"))
    world = World(run_seen("train", gaps=gaps))
    step = read_side(world.store, world.run("train")).steps[world.run("train")]
    assert unread(step) == {"x.csv"}
    assert unread(None) == frozenset()
