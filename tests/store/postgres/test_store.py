from collections.abc import Callable
from pathlib import Path

import pytest

from whence.store.postgres.store import PostgresStore
from whence.testing.store_contract import StoreContract


class TestPostgresStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _where(self, make: Callable[[Path], PostgresStore]) -> None:
        self.make = make

    def make_store(self, folder: Path) -> PostgresStore:
        return self.make(folder)
