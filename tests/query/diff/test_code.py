from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.diff import diff
from whence.query.diff.difference import LayerDiff
from whence.recording.observation import CodeSeen, RunSeen
from whence.testing.worlds import World, digest_of, file_seen, run_seen

OLD, NEW = "one\ntwo\nthree\n", "one\n2\nthree\n"


def compared(a: RunSeen, b: RunSeen, *more: RunSeen) -> LayerDiff:
    world = World(*more, a, b)
    texts = {digest_of(text): text for text in (OLD, NEW)}
    found = diff(world.store, world.run(a.job, 1), world.run(b.job, 2), text_of=texts.get)
    return found.layers["code"]


def told(layer: LayerDiff) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.what, each.name, each.steps) for each in layer.changes]


def with_state(run: RunSeen, **state: Any) -> RunSeen:
    assert run.code is not None
    return replace(run, code=replace(run.code, state={**run.code.state, **state}))


def trained(number: int, code: Mapping[str, str], **more: Any) -> RunSeen:
    return run_seen("train", number, code=code, **more)


def test_a_changed_file_shows_its_hunks() -> None:
    layer = compared(trained(1, {"train.py": OLD}), trained(2, {"train.py": NEW}))
    (change,) = layer.changes
    assert (change.what, change.name) == ("changed", "train.py")
    assert (change.a, change.b) == (digest_of(OLD), digest_of(NEW))
    assert change.detail == {
        "path": "train.py",
        "hunks": ["@@ -1,3 +1,3 @@\n one\n-two\n+2\n three"],
        "added": 1,
        "removed": 1,
        "edits": [
            {
                "hunk": 0,
                "part": "loaded",
                "line": 2,
                "added": 1,
                "removed": 1,
                "before": ["two"],
                "after": ["2"],
            }
        ],
        "followed": "",
    }


def test_a_text_that_is_not_kept_leaves_the_hunks_unknown() -> None:
    layer = compared(trained(1, {"train.py": OLD}), trained(2, {"train.py": "gone"}))
    (change,) = layer.changes
    assert layer.status == "changed"
    assert change.detail["hunks"] is None
    assert change.detail["reason"] == "the text of the version of b is not at hand"


def test_files_of_one_side_and_files_with_another_name() -> None:
    layer = compared(
        trained(1, {"train.py": OLD, "old.py": "x", "gone.py": "y"}),
        trained(2, {"train.py": OLD, "new.py": "x", "come.py": "z"}),
    )
    assert sorted(told(layer)) == [
        ("changed", "new.py", ("train",)),
        ("only_in_a", "gone.py", ("train",)),
        ("only_in_b", "come.py", ("train",)),
    ]
    (renamed,) = [each for each in layer.changes if each.name == "new.py"]
    assert renamed.detail["paths"] == {"a": "old.py", "b": "new.py"}


def test_a_file_that_steps_share_is_told_once() -> None:
    def steps(number: int, text: str) -> list[RunSeen]:
        data = file_seen("data/x.csv", f"x{number}", NodeKind.DATASET, "output")
        return [
            run_seen("prepare", number, 0, code={"shared.py": text}, generated=(data,)),
            run_seen(
                "train", number, 1, code={"shared.py": text}, used=(replace(data, role="input"),)
            ),
        ]

    before, after = steps(1, OLD), steps(2, NEW)
    assert told(compared(before[1], after[1], before[0], after[0])) == [
        ("changed", "shared.py", ("prepare", "train"))
    ]


def test_commits_alone_are_context_and_no_difference() -> None:
    layer = compared(
        trained(1, {"train.py": OLD}),
        with_state(trained(2, {"train.py": OLD}), commit="ffff0000", dirty=True),
    )
    assert layer.status == "same"
    assert layer.state["a"]["commit"] == "3ab1c9f0"
    assert layer.state["b"] == {
        "commit": "ffff0000",
        "branch": "main",
        "dirty": True,
        "commits": ["ffff0000"],
    }
    assert layer.notes == (
        "the commits differ (3ab1c9f0, ffff0000); no file that was used does",
        "b ran with changes that were not committed",
    )


def test_without_files_a_clean_commit_speaks() -> None:
    def bare(number: int, **state: Any) -> RunSeen:
        code = CodeSeen((), {"commit": "aaaa", "dirty": False, **state})
        return replace(trained(number, {}), code=code)

    assert compared(bare(1), bare(2)).status == "same"
    assert compared(bare(1), bare(2, dirty=True)).status == "unknown"
    assert compared(bare(1), bare(2, commit="bbbb")).status == "unknown"


def test_code_that_is_not_recorded_is_not_known_to_be_the_same() -> None:
    layer = compared(replace(trained(1, {}), code=None), trained(2, {"train.py": OLD}))
    (change,) = layer.changes
    assert (layer.status, change.what) == ("unknown", "unknown")
    assert change.detail["reason"] == "no source files are recorded of a"


def test_a_gap_in_the_code_leaves_it_open() -> None:
    gap = Gap("code-unknown", "lib.so", "it could not be read")
    layer = compared(trained(1, {"train.py": OLD}), trained(2, {"train.py": OLD}, gaps=(gap,)))
    (change,) = layer.changes
    assert layer.status == "unknown"
    assert (change.what, change.name) == ("unknown", "lib.so")
    assert change.detail == {
        "reason": "it could not be read",
        "gap": "code-unknown",
        "side": "b",
    }


def test_a_step_of_one_side_repeats_no_file_that_the_other_has_too() -> None:
    data = file_seen("data/x.csv", "x", NodeKind.DATASET, "output")
    extra = run_seen(
        "augment",
        2,
        code={"shared.py": OLD, "augment.py": "more", "changed.py": NEW},
        generated=(data,),
    )
    layer = compared(
        trained(1, {"shared.py": OLD, "changed.py": OLD}),
        trained(2, {"shared.py": OLD, "changed.py": OLD}, used=(replace(data, role="input"),)),
        extra,
    )
    assert sorted(told(layer)) == [
        ("changed", "changed.py", ("augment",)),
        ("only_in_b", "augment.py", ("augment",)),
    ]


def test_steps_at_several_commits_are_noted() -> None:
    data = file_seen("data/x.csv", "x", NodeKind.DATASET, "output")
    first = with_state(run_seen("prepare", 1, generated=(data,)), commit="eeee")
    use = (replace(data, role="input"),)
    layer = compared(
        trained(1, {"train.py": OLD}, used=use), trained(2, {"train.py": OLD}, used=use), first
    )
    assert layer.state["a"]["commits"] == ["eeee", "3ab1c9f0"]
    assert "the steps of a ran at 2 commits" in layer.notes
