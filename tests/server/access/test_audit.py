import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.ledger.merkle import root_hash
from whence.server.access.accessfile import FILE_NAME, AccessFile
from whence.server.access.audit import AuditLog, Event


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    file = AccessFile(tmp_path)
    yield AuditLog(file)
    file.close()


def test_events_come_back_latest_first_and_page_by_page(log: AuditLog) -> None:
    for at in range(7):
        log.append(Event("denied", f"user{at}", "192.0.2.1", "GET /x", {"status": 403}))
    first = log.latest(3)
    assert [each.event.who for each in first] == ["user6", "user5", "user4"]
    rest = log.latest(10, before=first[-1].place)
    assert [each.place for each in rest] == [3, 2, 1, 0]
    assert rest[0].as_json()["detail"] == {"status": 403}
    assert log.verify().finding is None
    assert log.head().size == 7


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 40))
def test_its_head_is_the_root_of_all_its_leaves(
    tmp_path_factory: pytest.TempPathFactory, count: int
) -> None:
    file = AccessFile(tmp_path_factory.mktemp("log"))
    log = AuditLog(file)
    with file.writing():
        for _ in range(count):
            log.append(Event("sign-in", "ann"))
    leaves = [row[0] for row in file.rows("SELECT leaf FROM audit ORDER BY place")]
    assert (log.head().size, log.head().root) == (count, root_hash(leaves))
    assert log.verify().finding is None
    file.close()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit WHERE place = 2",
        "DELETE FROM audit WHERE place = 4",
        "UPDATE audit SET body = CAST(replace(body, 'user2', 'userX') AS BLOB) WHERE place = 2",
        "UPDATE audit SET entry = CAST(replace(entry, 'denied', 'dented') AS BLOB) WHERE place = 2",
        "UPDATE audit SET place = 9 WHERE place = 1",
        "UPDATE audit_head SET size = 4",
        "DELETE FROM audit_tree WHERE level = 1",
    ],
)
def test_whatever_is_changed_later_is_found(tmp_path: Path, log: AuditLog, change: str) -> None:
    for at in range(5):
        log.append(Event("denied", f"user{at}"))
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute(change)
    connection.close()
    assert log.verify().finding is not None


def test_what_fails_leaves_nothing_half(log: AuditLog) -> None:
    log.append(Event("sign-in", "ann"))

    def fail() -> None:
        with log._file.writing():
            log.append(Event("sign-in", "bob"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    log.append(Event("sign-in", "cec"))
    assert [each.event.who for each in log.latest(9)] == ["cec", "ann"]
    assert log.verify().finding is None
