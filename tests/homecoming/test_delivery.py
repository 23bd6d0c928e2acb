"""Runs on their way to a server: delivered, waiting, refused; once each, in order."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving import listening
from whence.errors import InvalidRecordError, StoreError, StoreUnreachableError
from whence.homecoming import delivery
from whence.homecoming.delivery import deliver_waiting, send_home
from whence.homecoming.spool import Spool, refusals
from whence.model.identity import derived_id
from whence.recording.observation import RunSeen
from whence.recording.observed import encode_runs
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import run_seen
from whence.wire.canonical import canonical
from whence.workspace import Workspace, make_workspace


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def server(tmp_path: Path, stack: ExitStack) -> tuple[str, SqliteStore]:
    store = SqliteStore(tmp_path / "server")
    return stack.enter_context(listening(store, tmp_path / "server")), store


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return make_workspace(tmp_path / "project")


def a_run(number: int) -> RunSeen:
    return run_seen("train", id=derived_id("delivery", str(number)))


def nothing() -> None:
    pass


def put(workspace: Workspace, url: str, *numbers: int) -> None:
    for number in numbers:
        run = a_run(number)
        Spool(workspace.folder).put(url, run.id, canonical(encode_runs([run])))


def ids_in(store: SqliteStore) -> list[str]:
    with store.reading() as reader:
        return [each.record.nodes[0].id for each in reader.records() if each.record]


def test_a_run_goes_straight_home(workspace: Workspace, server: tuple[str, SqliteStore]) -> None:
    url, store = server
    for fresh in (True, False):
        sent = send_home(url, workspace.folder, [a_run(1), a_run(2)], before=nothing)
        assert sent.appended is not None
        assert sent.appended.fresh is fresh
    assert ids_in(store) == [a_run(1).id, a_run(2).id]
    assert Spool(workspace.folder).count() == 0


def test_where_nobody_answers_it_waits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BOUND", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sent = send_home(url, workspace.folder, [a_run(1)], before=nothing)
    assert sent.appended is None
    assert isinstance(sent.problem, StoreUnreachableError)
    (waiting,) = Spool(workspace.folder).waiting()
    assert (waiting.store, waiting.run) == (url, a_run(1).id)
    assert json.loads(waiting.body) == encode_runs([a_run(1)])


def test_a_command_does_not_wait_for_ever(workspace: Workspace) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        put(workspace, f"http://127.0.0.1:{silent.getsockname()[1]}", 1)
        (problem,) = deliver_waiting(workspace, patience=0.1)
    assert "the next command delivers" in problem
    assert Spool(workspace.folder).count() == 1


def test_what_waits_is_delivered_in_order(
    workspace: Workspace, server: tuple[str, SqliteStore]
) -> None:
    url, store = server
    put(workspace, url, 3, 1, 2)
    assert deliver_waiting(workspace) == []
    assert ids_in(store) == [a_run(number).id for number in (3, 1, 2)]
    assert Spool(workspace.folder).count() == 0
    assert deliver_waiting(workspace) == []


def test_one_server_that_is_away_does_not_stop_the_others(
    workspace: Workspace, server: tuple[str, SqliteStore]
) -> None:
    url, store = server
    put(workspace, "http://127.0.0.1:1", 1)
    put(workspace, url, 2)
    put(workspace, "http://127.0.0.1:1", 3)
    (problem,) = deliver_waiting(workspace)
    assert "cannot be reached" in problem
    assert ids_in(store) == [a_run(2).id]
    assert [each.run for each in Spool(workspace.folder).waiting()] == [a_run(1).id, a_run(3).id]


def test_what_is_refused_for_good_is_set_aside_once_and_told_of(
    workspace: Workspace, server: tuple[str, SqliteStore]
) -> None:
    url, store = server
    spool = Spool(workspace.folder)
    body = canonical({**encode_runs([a_run(1)]), "more": 1})
    spool.put(url, a_run(1).id, body)
    put(workspace, url, 2)
    (problem,) = deliver_waiting(workspace)
    assert "was refused by" in problem
    assert "unknown fields ['more']" in problem
    assert ids_in(store) == [a_run(2).id]
    assert deliver_waiting(workspace) == []
    (refused,) = spool.refused()
    assert refused.run == a_run(1).id
    assert refused.path.read_bytes().split(b"\n")[1] == body
    assert "1 run was refused" in refusals(workspace)
    refused.path.rename(spool.folder / refused.path.name)
    assert len(deliver_waiting(workspace)) == 1, "moved back, it is tried again"


def test_a_refusal_at_once_is_an_error_and_leaves_nothing(
    workspace: Workspace, server: tuple[str, SqliteStore]
) -> None:
    url, _ = server
    odd = run_seen("train", parameters={"p": {"value": 1}}, tags={"t": "\0"})
    with pytest.raises(InvalidRecordError, match="refuses it"):
        send_home(url, workspace.folder, [odd], before=nothing)
    assert Spool(workspace.folder).count() == 0


def test_whoever_delivers_already_is_left_alone(
    workspace: Workspace, server: tuple[str, SqliteStore]
) -> None:
    url, store = server
    put(workspace, url, 1)
    with Spool(workspace.folder).delivering() as is_ours:
        assert is_ours
        assert deliver_waiting(workspace) == []
    assert ids_in(store) == []


def test_a_spool_that_cannot_be_written_is_said(workspace: Workspace) -> None:
    (workspace.folder / "spool").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        put(workspace, "http://127.0.0.1:1", 1)
    assert refusals(workspace) == ""


def test_what_is_no_message_in_the_spool_is_passed_over(workspace: Workspace) -> None:
    spool = Spool(workspace.folder)
    put(workspace, "http://127.0.0.1:1", 1)
    for number, content in enumerate((b"", b"{}\n{}\n", b"[]\n", b"\xff\n\n")):
        (spool.folder / f"0{number}.json").write_bytes(content)
    assert [each.run for each in spool.waiting()] == [a_run(1).id]


def test_contents_that_waiting_runs_speak_of_are_known(workspace: Workspace) -> None:
    assert Spool(workspace.folder).digests() == set()
    put(workspace, "http://127.0.0.1:1", 1)
    code = a_run(1).code
    assert code is not None
    assert Spool(workspace.folder).digests() == {each.sha256 for each in code.files}
