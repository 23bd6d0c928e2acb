import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whence.capture.session import Session, begin, boot_id, process_start, sessions_in
from whence.errors import CaptureError

FACTS = {
    "job": "train",
    "command": ["python", "train.py"],
    "started_at": "2026-11-21T10:00:00.000Z",
}


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


def test_what_is_known_at_the_start_is_on_disk_when_it_begins(tmp_path: Path) -> None:
    session = begin([tmp_path / "sessions"], FACTS)
    (found,) = sessions_in([tmp_path / "sessions"])
    assert found == session
    assert found.start["job"] == "train"
    assert found.end() is None


def test_a_session_lives_as_long_as_its_owner(tmp_path: Path) -> None:
    session = begin([tmp_path], FACTS)
    assert session.is_alive()
    dead = Session(
        session.id, session.folder, {"owner": {"pid": 2**22, "boot": boot_id(), "start": 1}}
    )
    assert not dead.is_alive()


def test_a_later_process_with_the_same_number_is_not_the_owner(tmp_path: Path) -> None:
    session = begin([tmp_path], FACTS)
    owner = {**session.start["owner"], "start": session.start["owner"]["start"] - 1}
    assert not Session(session.id, session.folder, {"owner": owner}).is_alive()


def test_another_boot_of_the_machine_ends_all_sessions(tmp_path: Path) -> None:
    session = begin([tmp_path], FACTS)
    owner = {**session.start["owner"], "boot": "another"}
    assert not Session(session.id, session.folder, {"owner": owner}).is_alive()


def test_a_process_that_has_ended_but_was_not_waited_for_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert process_start(process.pid) is None
    process.wait()


def test_the_start_of_a_running_process_is_known(sleeper: subprocess.Popen[bytes]) -> None:
    assert process_start(sleeper.pid) is not None


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    session = begin([blocked / "sessions", tmp_path / "good"], FACTS)
    assert session.folder.parent == tmp_path / "good"


def test_nowhere_to_write_is_a_clear_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(CaptureError, match="nowhere to write") as nowhere:
        begin([blocked / "sessions"], FACTS)
    assert "WHENCE_DIR" in nowhere.value.hint


def test_the_end_is_kept_and_read_back(tmp_path: Path) -> None:
    session = begin([tmp_path], FACTS)
    session.write_end({"exit_status": 3})
    assert session.end() == {"exit_status": 3}
    session.discard()
    assert list(sessions_in([tmp_path])) == []


def test_torn_and_foreign_lines_of_statements_are_left_out(tmp_path: Path) -> None:
    session = begin([tmp_path], FACTS)
    lines = [json.dumps({"form": "log", "parameters": {"lr": 1}}), "[1]", '{"form": "lo']
    (session.folder / "declared.7").write_text("\n".join(lines))
    assert [line["form"] for line in session.declarations()] == ["log"]


def test_a_half_made_session_is_none(tmp_path: Path) -> None:
    (tmp_path / ("0" * 32)).mkdir()
    (tmp_path / "notes").mkdir()
    assert list(sessions_in([tmp_path, tmp_path / "missing"])) == []
