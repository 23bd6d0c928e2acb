from whence.query.diff.told import Told


def test_a_change_that_steps_share_is_told_once() -> None:
    told = Told()
    for place, job in enumerate(["prepare", "train", "train"]):
        told.tell("changed", "pandas", ("1", "2"), key=("1", "2"), step=(place, job))
    (change,) = told.changes()
    assert change.steps == ("prepare", "train")
    assert change.pairs == {0, 1, 2}
    assert (change.a, change.b) == ("1", "2")


def test_another_key_is_another_change() -> None:
    told = Told()
    told.tell("changed", "seed", (1, 2), key=(1, 2), step=(0, "train"))
    told.tell("changed", "seed", (1, 3), key=(1, 3), step=(1, "evaluate"))
    told.tell("only_in_a", "seed", (1, None), key=(1, 2))
    assert [(each.what, each.b, each.steps) for each in told.changes()] == [
        ("changed", 2, ("train",)),
        ("changed", 3, ("evaluate",)),
        ("only_in_a", None, ()),
    ]


def test_what_is_known_need_not_be_found_out_again() -> None:
    told = Told()
    told.tell("changed", "seed", key=1, detail={"why": "first"})
    assert told.knows("changed", "seed", 1)
    assert not told.knows("changed", "seed", 2)
    told.tell("changed", "seed", key=1, detail={"why": "second"})
    assert told.changes()[0].detail == {"why": "first"}
