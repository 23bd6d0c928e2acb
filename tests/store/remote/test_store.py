"""The contract of all stores, over real HTTP to a real server."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scripted import Answer, ok, problem, scripted
from serving import listening
from whence.errors import StoreError, StoreVersionError
from whence.store.interface import Store
from whence.store.remote.calls import VERSION
from whence.store.remote.channel import Channel
from whence.store.remote.store import RemoteStore
from whence.store.sqlite import SqliteStore
from whence.testing.store_contract import StoreContract


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class TestRemoteStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _servers(self, stack: ExitStack) -> None:
        self.stack = stack

    def make_store(self, folder: Path) -> Store:
        url = self.stack.enter_context(listening(SqliteStore(folder), folder))
        return RemoteStore(Channel(url))

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(2))
    def test_walks_are_what_single_steps_give(self, store: Store, seed: int) -> None:
        super().test_walks_are_what_single_steps_give(store, seed)

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(2))
    def test_paths_are_shortest_and_real(self, store: Store, seed: int) -> None:
        super().test_paths_are_shortest_and_real(store, seed)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (problem(404, "not-found"), StoreVersionError, "an older Whence"),
        (ok({"v": 0, "moment": "x", "head": [0, ""]}), StoreVersionError, "an older Whence"),
        (ok({"v": 2, "moment": "x"}), StoreVersionError, "a newer Whence"),
        (ok({"hello": "world"}), StoreError, "not as a server of this Whence"),
        (ok([]), StoreError, "not as a server of this Whence"),
    ],
)
def test_a_server_of_another_kind_is_said(
    answer: Answer, kind: type[StoreError], words: str
) -> None:
    with scripted(answer) as server:
        store = RemoteStore(Channel(server.url))
        with pytest.raises(kind) as raised, store.reading():
            pass
        store.close()
    assert words in raised.value.message


@pytest.mark.parametrize(
    "answer", [ok({"answers": []}), ok({"answers": [1, 2]}), ok({"answers": ["x"]}), ok(3)]
)
def test_an_answer_that_fits_no_call_is_said(answer: Answer) -> None:
    opened = ok({"v": VERSION, "moment": "x", "head": [0, ""]})
    with scripted(opened, answer, (204, {}, b"")) as server:
        store = RemoteStore(Channel(server.url))
        with store.reading() as reader, pytest.raises(StoreError, match="answer"):
            reader.size()
        store.close()
