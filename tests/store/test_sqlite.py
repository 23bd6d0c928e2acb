from pathlib import Path

from whence.store.sqlite import SqliteStore
from whence.testing.store_contract import StoreContract


class TestSqliteStore(StoreContract):
    def make_store(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder)
