from pathlib import Path

import pytest

from whence.model.node import NodeKind
from whence.model.record import Record
from whence.recording.recorder import Recorder
from whence.store import sealing, sqlreader
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import file_seen, run_seen


@pytest.mark.parametrize("kept_open", [1, 3])
def test_a_record_stays_open_while_its_nodes_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_open: int
) -> None:
    used = tuple(file_seen(f"{at}.csv", f"{at}", NodeKind.DATASET) for at in range(50))
    plain, store = MemoryStore(), SqliteStore(tmp_path)
    Recorder(plain).record_runs(run_seen("train", number, used=used) for number in (1, 2, 3))
    with store.writing() as writer:
        for kept in plain.records():
            assert kept.record is not None
            writer.append(kept.record)

    opened: list[bytes | None] = []

    def open_body(body: bytes | None) -> Record | None:
        opened.append(body)
        return sealing.open_body(body)

    monkeypatch.setattr(sqlreader, "open_body", open_body)
    monkeypatch.setattr(sqlreader, "ENTRIES_OPEN", kept_open)
    nodes = plain.nodes(range(plain.size()[0]))
    with store.reading() as reader:
        for node in nodes:
            handle, other = reader.find(node.id), plain.find(node.id)
            assert handle is not None
            assert other is not None
            assert reader.facets(handle) == plain.facets(other)
    assert len(opened) == 3
    assert len(nodes) > 50
    store.close()
