from pathlib import Path

from whence.store.memory import MemoryStore
from whence.testing.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    def make_store(self, folder: Path) -> MemoryStore:
        return MemoryStore()

    readers_meet = False
