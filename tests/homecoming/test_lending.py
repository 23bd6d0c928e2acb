"""Source texts go to a server, and come from one; whatever is refused stands in nobody's way."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving import listening
from whence.errors import StoreError, StoreUnreachableError
from whence.homecoming import delivery
from whence.homecoming.delivery import deliver_waiting, send_home
from whence.homecoming.lending import fetch_text, fetch_texts, send_texts, source_files
from whence.homecoming.spool import Spool
from whence.homecoming.texts import LARGEST, TextShelf
from whence.model.digest import Digest
from whence.model.identity import new_id
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.store.remote.channel import Channel
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import run_seen
from whence.workspace import make_workspace

TEXTS = [f"rate = {at}\n" for at in range(1_100)]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def files_of(store: SqliteStore, *texts: str) -> list[str]:
    """Have a record speak of files with these texts."""
    nodes = [Node(new_id(), NodeKind.CONFIG, "conf.toml", Digest(digest(each))) for each in texts]
    record = Record(new_id(), "run-ended", now(), "test", nodes=tuple(nodes))
    with store.writing() as writer:
        writer.append(record)
    return source_files([record, None])


def shelf_of(folder: Path, *texts: str) -> TextShelf:
    shelf = TextShelf(folder)
    for each in texts:
        shelf.put(digest(each), each.encode())
    return shelf


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[SqliteStore, str]]:
    store = SqliteStore(tmp_path / "server")
    with listening(store, tmp_path / "server") as url:
        yield store, url


def test_texts_go_there_and_back(tmp_path: Path, server: tuple[SqliteStore, str]) -> None:
    store, url = server
    files = files_of(store, *TEXTS)
    ours, theirs = shelf_of(tmp_path / "ada", *TEXTS[-3:]), shelf_of(tmp_path / "grace")
    with ExitStack() as stack:
        channel = Channel(url)
        stack.callback(channel.close)
        send_texts(channel, files, ours)
        sent = channel.requests
        send_texts(channel, files, ours)
        assert channel.requests == sent + 1, "one question shows that all is there"
        fetch_texts(channel, files, theirs)
        assert [theirs.get(digest(each)) for each in TEXTS[-4:]] == [None, *TEXTS[-3:]]
        assert fetch_text(channel, files[-1]) == TEXTS[-1]
        assert fetch_text(channel, files[0]) is None
        assert fetch_text(channel, digest("unheard of")) is None


def test_what_is_not_wanted_is_passed_over(tmp_path: Path, server: tuple[SqliteStore, str]) -> None:
    store, url = server
    large = "ab " * (LARGEST // 3)
    files = files_of(store, TEXTS[0], large)
    ours = shelf_of(tmp_path / "ada", TEXTS[0], TEXTS[1], large)
    ours.put(files[0], b"")
    with ExitStack() as stack:
        channel = Channel(url)
        stack.callback(channel.close)
        send_texts(channel, [*files, digest(TEXTS[1])], ours)
        assert fetch_text(channel, files[1]) == large
        assert fetch_text(channel, digest(TEXTS[1])) is None, "no record speaks of it"
    with pytest.raises(StoreError):
        send_texts(channel := Channel("http://127.0.0.1:1", patience=0), files, ours)
    channel.close()


def test_texts_that_did_not_get_through_follow_later(
    tmp_path: Path, server: tuple[SqliteStore, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, url = server
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    workspace = make_workspace(tmp_path / "project")
    run = run_seen("train", code={"train.py": TEXTS[0]})
    assert run.code is not None
    file = run.code.files[0].sha256
    TextShelf(workspace.folder / "texts").put(file, TEXTS[0].encode())

    def cut(*_: object) -> None:
        raise StoreUnreachableError("the plug is pulled")

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "send_texts", cut)
        sent = send_home(url, workspace.folder, [run], before=lambda: None)
        assert sent.appended is not None
        assert Spool(workspace.folder).count(url) == 1
        (said,) = deliver_waiting(workspace)
        assert "the plug is pulled" in said
    channel = Channel(url)
    assert fetch_text(channel, file) is None
    assert deliver_waiting(workspace) == []
    assert Spool(workspace.folder).count() == 0
    assert fetch_text(channel, file) == TEXTS[0]
    channel.close()
    with store.reading() as reader:
        assert reader.head().size == 1, "the run is there once"
