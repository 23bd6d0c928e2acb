from pathlib import Path

from whence.store.objects.inventory import add_to_inventory, read_inventory, write_inventory
from whence.testing.worlds import digest_of

ONE, TWO = digest_of("one"), digest_of("two")


def test_what_is_counted_on_adds_up(tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    assert read_inventory(folder) == set()
    add_to_inventory(folder, [ONE])
    add_to_inventory(folder, [TWO, ONE])
    assert read_inventory(folder) == {ONE, TWO}
    before = (folder / "inventory").stat()
    add_to_inventory(folder, [TWO])
    assert (folder / "inventory").stat().st_ino == before.st_ino
    write_inventory(folder, [TWO])
    assert read_inventory(folder) == {TWO}


def test_what_is_no_digest_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "inventory").write_bytes(f"{ONE}\n\xff\n{TWO[:60]}\n".encode("latin-1"))
    assert read_inventory(tmp_path) == {ONE}
