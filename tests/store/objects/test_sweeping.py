import os
import random
import time
from pathlib import Path

import pytest

from whence.store.objects import ObjectStore
from whence.store.objects.checking import check_objects
from whence.store.objects.inventory import read_inventory, write_inventory
from whence.store.objects.sweeping import sweep

NUMBERS = random.Random(1)
ROWS = b"".join(b"%d,%.6f\n" % (at, NUMBERS.random()) for at in range(100_000))
MORE = ROWS[:800_000] + b"changed" + ROWS[800_000:]
SOON = time.time() + 3600


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def test_what_is_needed_stays_with_all_its_pieces(objects: ObjectStore) -> None:
    first, second, small = (objects.put_bytes(each) for each in (ROWS, MORE, b"small"))
    write_inventory(objects.folder, [first, second, small])
    swept = sweep(objects, {second}, before=SOON)
    assert set(swept.contents) == {first, small}
    assert (swept.left, swept.pieces > 0) == (1, True)
    assert objects.read(second) == MORE
    assert not objects.has(first)
    assert read_inventory(objects.folder) == {second}
    assert check_objects(objects).faults == ()
    assert sweep(objects, set(), before=SOON).contents == (second,)
    assert list(objects.layout.pieces()) == []


def test_a_plan_changes_nothing(objects: ObjectStore) -> None:
    first = objects.put_bytes(ROWS)
    before = sorted(objects.folder.rglob("*"))
    planned = sweep(objects, set(), before=SOON, is_plan=True)
    assert planned.contents == (first,)
    assert sorted(objects.folder.rglob("*")) == before
    assert sweep(objects, set(), before=SOON) == planned


def test_what_was_put_or_asked_to_keep_again_lately_stays(objects: ObjectStore) -> None:
    first, second = objects.put_bytes(ROWS), objects.put_bytes(b"small")
    for path in objects.folder.rglob("*"):
        os.utime(path, (1, 1))
    objects.put_bytes(ROWS)
    swept = sweep(objects, set(), before=1000)
    assert swept.contents == (second,)
    assert objects.read(first) == ROWS


def test_what_somebody_began_to_write_and_left_goes(objects: ObjectStore) -> None:
    objects.put_bytes(b"small")
    left = objects.folder / "ab" / ".new-left"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    sweep(objects, {sha256 for sha256, _ in objects.layout.contents()}, before=SOON)
    assert not left.exists()


def test_there_may_be_nothing(objects: ObjectStore) -> None:
    assert sweep(objects, set(), before=SOON).contents == ()
    assert not objects.folder.exists()
