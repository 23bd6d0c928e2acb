from whence.query.account import account_for
from whence.query.diff.align import align
from whence.query.diff.comparison import Comparison
from whence.query.diff.side import read_side
from whence.testing.worlds import Version, World, pipeline


def test_runs_that_both_share_need_no_comparison() -> None:
    prepare, train, evaluate = pipeline(Version())
    world = World(prepare, train, evaluate, pipeline(Version(2, leaves=63))[1])
    a, b = (read_side(world.store, world.run("train", number)) for number in (1, 2))
    comparison = Comparison(
        a,
        b,
        align(a, b),
        lambda handle: account_for(world.store, handle),
        lambda _: None,
        lambda *_: None,
        frozenset(),
    )
    assert [(place, pair.job) for place, pair in comparison.differing_steps()] == [(1, "train")]
    for back in (0, 1):
        handle = world.thing("models/delay.joblib", back)
        assert comparison.node(handle).name == "models/delay.joblib"
