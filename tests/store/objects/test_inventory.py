from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import StoreCorruptError
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


@settings(deadline=None)
@given(st.data())
def test_a_changed_bit_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("objects")
    write_inventory(folder, [ONE, TWO])
    path = folder / "inventory"
    written = bytearray(path.read_bytes())
    written[data.draw(st.integers(0, len(written) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.chmod(0o600)
    path.write_bytes(written)
    with pytest.raises(StoreCorruptError, match="check does not hold"):
        read_inventory(folder)
