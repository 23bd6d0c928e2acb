from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.interface import Activity, Mode
from whence.capture.tracers.events import Event, Stat
from whence.capture.tracers.settle import settle

_OLD: Stat = (1, 10, 100, 5, 5)
_NEW: Stat = (1, 10, 120, 9, 9)


class _Disk:
    """What is there at the end: paths with their state, and the digest of each."""

    def __init__(self, **files: Stat) -> None:
        self.there = {f"/{name}": stat for name, stat in files.items()}
        self.digests: dict[str, str] = {}

    def stat(self, path: str) -> Stat | None:
        return self.there.get(path)

    def files(self, folder: str) -> Iterator[str]:
        yield from (each for each in self.there if each.startswith(folder + "/"))

    def digest(self, path: str) -> str | None:
        return self.digests.get(path)


def _event(
    kind: str, path: str, *, other: str = "", stat: Stat | None = None, detail: str = ""
) -> Event:
    return kind, 1, 0, path, other, stat, detail


def _summary(activity: Activity) -> dict[str, set[str]]:
    return {
        "reads": {each.path for each in activity.reads},
        "writes": {each.path for each in activity.writes},
        "executed": {each.path for each in activity.executed},
    }


_read = _event("read", "/a", stat=_OLD)
_write_new = _event("write", "/a", detail="t")
_append = _event("write", "/a", stat=_OLD, detail="a")
_both = _event("write", "/a", stat=_OLD, detail="r")
_cut = _event("write", "/a", stat=_OLD, detail="t")
_delete = _event("delete", "/a", stat=_OLD)


@pytest.mark.parametrize(
    ("events", "there", "reads", "writes"),
    [
        ([_read], {"a": _OLD}, {"/a"}, set()),
        ([_write_new], {"a": _NEW}, set(), {"/a"}),
        ([_write_new], {}, set(), set()),
        ([_write_new, _read], {"a": _NEW}, set(), {"/a"}),
        ([_read, _cut], {"a": _NEW}, {"/a"}, {"/a"}),
        ([_cut], {"a": _NEW}, set(), {"/a"}),
        ([_append], {"a": _NEW}, {"/a"}, {"/a"}),
        ([_append], {"a": _OLD}, set(), set()),
        ([_append, _read], {"a": _OLD}, {"/a"}, set()),
        ([_both], {"a": _OLD}, {"/a"}, set()),
        ([_both], {"a": _NEW}, {"/a"}, {"/a"}),
        ([_read, _delete], {}, {"/a"}, set()),
        ([_cut, _delete], {}, set(), set()),
        ([_delete, _write_new], {"a": _NEW}, set(), {"/a"}),
        ([_event("exec", "/a", stat=_OLD), _read], {"a": _OLD}, set(), set()),
        ([_event("link", "/a", other="/b", stat=_OLD)], {"b": _OLD}, {"/a"}, {"/b"}),
        ([_event("move", "/a", other="/b", stat=_OLD)], {"b": _OLD}, {"/a"}, {"/b"}),
        ([_write_new, _event("move", "/a", other="/b")], {"b": _NEW}, set(), {"/b"}),
        (
            [_write_new, _event("move", "/a", other="/b"), _event("delete", "/b")],
            {},
            set(),
            set(),
        ),
    ],
)
def test_the_rules_one_by_one(
    events: list[Event], there: dict[str, Stat], reads: set[str], writes: set[str]
) -> None:
    found = _summary(settle(events, _Disk(**there)))
    assert (found["reads"], found["writes"]) == (reads, writes)


def test_a_touched_file_is_known_by_its_unchanged_content() -> None:
    kept = _event("secure", "/a", detail="sha256:" + "0" * 64)
    disk = _Disk(a=(1, 10, 100, 9, 9))
    events = [kept, _event("write", "/a", stat=_OLD, detail="")]
    assert [each.mode for each in settle(events, disk).writes] == [Mode.UPDATE]
    disk.digests["/a"] = "0" * 64
    assert settle(events, disk) == Activity()


def test_a_folder_carries_along_what_lies_below() -> None:
    events = [
        _event("read", "/old/in", stat=_OLD),
        _event("write", "/old/out", detail="t"),
        _event("move", "/old", other="/new", detail="d"),
    ]
    disk = _Disk()
    disk.there = {"/new/in": _OLD, "/new/out": _NEW, "/new/unseen": _OLD}
    activity = settle(events, disk)
    assert _summary(activity)["reads"] == {"/old/in", "/old/unseen"}
    assert _summary(activity)["writes"] == {"/new/in", "/new/out", "/new/unseen"}
    assert {each.path: each.location for each in activity.reads} == {
        "/old/in": "/new/in",
        "/old/unseen": "/new/unseen",
    }


def test_content_that_is_gone_is_told_with_what_is_left_of_it() -> None:
    gone = [_read, _delete]
    (found,) = settle(gone, _Disk()).reads
    assert "before its content could be kept" in found.held.lost
    held = [_read, _event("secure", "/a", detail="fd"), _delete]
    (found,) = settle(held, _Disk(), {"/a": 5}).reads
    assert found.held.fd == 5
    (found,) = settle(held, _Disk()).reads
    assert "observer" in found.held.lost
    big = [_read, _event("secure", "/a", detail="lost:too big"), _delete]
    (found,) = settle(big, _Disk()).reads
    assert found.held.lost == "too big"


def test_standard_streams_are_marked() -> None:
    events = [_event("stdio", "/a", detail="1"), _event("stdio", "/a", detail="2"), _write_new]
    (found,) = settle(events, _Disk(a=_NEW)).writes
    assert found.stdio == (1, 2)


def test_processes_keep_their_last_program() -> None:
    events: list[Event] = [
        ("start", 5, 1, "", "", None, "4"),
        ("exec", 5, 2, "/bin/sh", "sh\0-c", None, "environment"),
        ("exec", 5, 3, "/bin/cat", "cat", None, "environment"),
    ]
    (found,) = settle(events, _Disk()).processes
    assert (found.parent, found.executable, found.argv) == (4, "/bin/cat", ("cat",))


_paths = st.sampled_from(["/a", "/b", "/c", "/d/e", "/d"])
_steps = st.builds(
    _event,
    st.sampled_from(["read", "write", "move", "link", "delete", "secure", "exec", "stdio"]),
    _paths,
    other=_paths,
    stat=st.sampled_from([None, _OLD, _NEW]),
    detail=st.sampled_from(["", "t", "a", "r", "d", "x"]),
)


@given(
    st.lists(_steps.filter(lambda each: each[0] != "stdio"), max_size=30),
    st.dictionaries(_paths, st.sampled_from([_OLD, _NEW])),
)
def test_any_story_ends_with_each_file_once_and_only_what_is_there_written(
    events: list[Event], there: dict[str, Stat]
) -> None:
    disk = _Disk()
    disk.there = there
    activity = settle(events, disk)
    for found in (activity.reads, activity.writes, activity.executed):
        assert len({each.path for each in found}) == len(found)
    assert {each.path for each in activity.writes} <= there.keys()
