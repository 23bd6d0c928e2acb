import random
from pathlib import Path

import pytest

from whence.store.objects import ObjectStore
from whence.store.objects.checking import check_objects
from whence.store.objects.inventory import write_inventory


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    numbers = random.Random(1)
    objects = ObjectStore(tmp_path / "objects")
    contents = [b"", b"text " * 50, numbers.randbytes(500), bytes(200_000)]
    rows = b"".join(b"%d,%.6f\n" % (at, numbers.random()) for at in range(100_000))
    contents += [rows, rows[:800_000] + b"changed" + rows[800_000:], numbers.randbytes(1_200_000)]
    write_inventory(objects.folder, map(objects.put_bytes, contents))
    return objects


def files_in(objects: ObjectStore) -> list[Path]:
    return [path for path in sorted(objects.folder.rglob("*")) if path.is_file()]


def test_all_is_well(objects: ObjectStore) -> None:
    report = check_objects(objects)
    assert report.faults == ()
    assert report.contents == 7
    assert report.bytes == sum(
        path.stat().st_size for path in files_in(objects) if path.name != "inventory"
    )


def flip_and_find(objects: ObjectStore, times: int) -> None:
    numbers = random.Random(times)
    files = [path for path in files_in(objects) if path.stat().st_size]
    for path in files:
        path.chmod(0o600)
    for _ in range(times):
        path = numbers.choice(files)
        good = path.read_bytes()
        bad = bytearray(good)
        bad[numbers.randrange(len(bad))] ^= 1 << numbers.randrange(8)
        path.write_bytes(bad)
        faults = check_objects(objects).faults
        assert str(path) in {each.where for each in faults}, path
        path.write_bytes(good)


def test_a_changed_bit_anywhere_is_found_and_its_file_named(objects: ObjectStore) -> None:
    flip_and_find(objects, 30)


@pytest.mark.slow
def test_five_hundred_changed_bits_are_found(objects: ObjectStore) -> None:
    flip_and_find(objects, 500)


def test_a_damaged_piece_names_every_content_that_has_it(objects: ObjectStore) -> None:
    owners: dict[str, set[str]] = {}
    for sha256, _ in objects.layout.contents():
        for piece in objects.pieces(sha256):
            owners.setdefault(piece.sha256, set()).add(sha256)
    shared = next(piece for piece, contents in owners.items() if len(contents) == 2)
    path = objects.layout.find_piece(shared)
    assert path is not None
    path.chmod(0o600)
    path.write_bytes(b"x")
    faults = check_objects(objects).faults
    assert {each.sha256 for each in faults} == owners[shared]
    path.unlink()
    faults = check_objects(objects).faults
    assert {each.sha256 for each in faults} == owners[shared]
    assert {each.what for each in faults} == {"is gone, a piece of a content"}


def test_a_content_that_is_gone_is_missed(objects: ObjectStore) -> None:
    sha256, path = next(objects.layout.contents())
    path.unlink()
    (fault,) = check_objects(objects).faults
    assert (fault.sha256, fault.what) == (sha256, "is gone, and records count on it")


def test_nothing_kept_is_nothing_damaged(tmp_path: Path) -> None:
    report = check_objects(ObjectStore(tmp_path / "objects"))
    assert (report.contents, report.faults) == (0, ())
