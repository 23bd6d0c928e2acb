from dataclasses import replace

import pytest

from whence.homecoming.policy import MOST_FILES, Wish, wishes
from whence.model.gap import Gap
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import CodeFile, CodeSeen, FileSeen, Member, RunSeen
from whence.settings.configuration import Configuration
from whence.testing.worlds import digest_of

LARGE = 65 << 20


def seen(
    name: str, kind: NodeKind = NodeKind.DATASET, size: int = 10, role: str = "input"
) -> FileSeen:
    return FileSeen(name, f"file:///p/{name}", kind, role, digest_of(name), size)


def run(*used: FileSeen, made: tuple[FileSeen, ...] = ()) -> RunSeen:
    code = CodeFile("train.py", "file:///p/train.py", digest_of("train.py"), 99, tracked=True)
    return RunSeen(
        new_id(),
        "train",
        RunState.COMPLETED,
        "2026-11-21T10:00:00.000Z",
        None,
        "tests",
        used=used,
        generated=made,
        code=CodeSeen((code,)),
    )


FULL = run(
    seen("data.csv"),
    seen("large.csv", size=LARGE),
    seen("conf.yaml", NodeKind.CONFIG, role="config"),
    made=(
        seen("model.pkl", NodeKind.MODEL, role="output"),
        seen("large.pkl", NodeKind.MODEL, LARGE, "output"),
        seen("made.csv", role="output"),
    ),
)


def names(found: list[Wish]) -> list[str]:
    return sorted(each.name for each in found)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({}, "conf.yaml data.csv model.pkl train.py"),
        ({"data.keep": "none"}, "conf.yaml model.pkl train.py"),
        ({"data.keep": "all"}, "conf.yaml data.csv large.csv model.pkl train.py"),
        ({"code.keep": "none"}, "data.csv model.pkl"),
        ({"output.keep": "none"}, "conf.yaml data.csv train.py"),
        ({"output.keep": "small"}, "conf.yaml data.csv made.csv model.pkl train.py"),
        (
            {"output.keep": "all", "data.keep": "none"},
            "conf.yaml large.pkl made.csv model.pkl train.py",
        ),
        ({"data.keep.largest": "50 B"}, "conf.yaml data.csv model.pkl"),
        ({"data.keep:large.*": "all"}, "conf.yaml data.csv large.csv model.pkl train.py"),
        (
            {"data.keep.largest:large.csv": "1 GB"},
            "conf.yaml data.csv large.csv model.pkl train.py",
        ),
    ],
    ids=str,
)
def test_what_is_set_decides_what_is_kept(told: dict[str, str], kept: str) -> None:
    assert names(wishes(FULL, Configuration(told))) == kept.split()


def test_code_and_inputs_are_needed_and_outputs_are_not() -> None:
    needed = {each.name: each.is_needed for each in wishes(FULL, Configuration())}
    assert needed == {"conf.yaml": True, "data.csv": True, "train.py": True, "model.pkl": False}


def test_of_a_folder_each_file_is_kept_if_all_of_them_are_small() -> None:
    members = tuple(Member(f"{at}.png", 30 << 20, digest_of(str(at))) for at in range(2))
    folder = replace(seen("im%20ages", size=60 << 20), members=members)
    found = wishes(run(folder), Configuration({"code.keep": "none"}))
    assert [each.path for each in found] == [b"/p/im ages/0.png", b"/p/im ages/1.png"]
    assert [each.sha256 for each in found] == [digest_of("0"), digest_of("1")]
    larger = replace(folder, size=LARGE)
    assert wishes(run(larger), Configuration({"code.keep": "none"})) == []
    many = tuple(Member(f"{at}.png", 1, digest_of(str(at))) for at in range(MOST_FILES + 1))
    fuller = replace(folder, members=many)
    assert wishes(run(fuller), Configuration({"code.keep": "none"})) == []
    everything = Configuration({"code.keep": "none", "data.keep": "all"})
    assert len(wishes(run(fuller), everything)) == MOST_FILES + 1


def test_what_the_run_changed_in_place_is_not_looked_for_there() -> None:
    before = seen("data.csv")
    after = FileSeen("data.csv", before.location, NodeKind.DATASET, "output", digest_of("new"), 10)
    (wish,) = wishes(run(before, made=(after,)), Configuration({"code.keep": "none"}))
    assert wish.is_overwritten


def test_what_is_elsewhere_or_unknown_is_not_kept() -> None:
    remote = FileSeen("s3://b/k", "s3://b/k", NodeKind.DATASET, "input", digest_of("k"), 10)
    gap = Gap("content-unknown", "data.csv", "it is gone")
    unknown = FileSeen("d", "file:///p/d", NodeKind.DATASET, "input", None, 10, gap=gap)
    assert wishes(run(remote, unknown), Configuration({"code.keep": "none"})) == []
