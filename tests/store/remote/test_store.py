"""The contract of all stores, over real HTTP to a real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving import listening
from whence.store.interface import Store
from whence.store.remote.channel import Channel
from whence.store.remote.store import RemoteStore
from whence.store.sqlite import SqliteStore
from whence.testing.store_contract import StoreContract

Serve = Callable[[Path], str]


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
