from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.capture.tracers.events import Event, encode
from whence.capture.tracers.journal import NAME, Journal, read_events
from whence.capture.tracers.replay import read_journal

_events: list[Event] = [
    ("start", 10, 1, "", "", None, "9"),
    ("read", 10, 2, "/data/a\nb", "", (1, 2, 3, 4, 5), ""),
    ("write", 10, 3, "/data/\udcff", "", None, "t"),
    ("gap", 10, 4, "prog", "why", None, "observer-blind"),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0, max_value=400))
def test_what_was_written_before_a_tear_is_read(tmp_path: Path, cut: int) -> None:
    whole = b"".join(map(encode, _events))
    (tmp_path / NAME).write_bytes(whole[:cut])
    complete = whole[:cut].count(b"\n")
    assert read_events(str(tmp_path)) == _events[:complete]


def test_a_journal_becomes_activity_without_its_observer(tmp_path: Path) -> None:
    there = tmp_path / "out\n\udcff"
    there.write_text("x")
    journal = Journal(str(tmp_path))
    for event in _events[:3]:
        journal.add(event)
    journal.add(("write", 10, 5, str(there), "", None, "t"))
    journal.flush()
    activity = read_journal(str(tmp_path))
    journal.close()
    assert [each.path for each in activity.reads] == ["/data/a\nb"]
    assert [each.path for each in activity.writes] == [str(there)]
    assert [each.pid for each in activity.processes] == [10]


def test_without_a_journal_the_system_tells(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_journal(str(tmp_path))


def test_a_full_disk_stops_the_journal_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to("/dev/full")
    journal = Journal(str(tmp_path))
    for event in _events:
        journal.add(event)
        journal.flush()
    journal.close()
    assert "space" in journal.failed
    assert journal.events == _events
