import hashlib
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import StoreError
from whence.homecoming.sketches import SketchShelf, find_sketch
from whence.workspace import Workspace, make_workspace, rows_key

KEY, OTHER = "ab" * 32, "cd" * 32


def packed(*hashes: int) -> tuple[str, bytes]:
    sketch = b"".join(each.to_bytes(8, "little") for each in hashes)
    return hashlib.sha256(sketch).hexdigest(), sketch


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("WHENCE_DIR", str(tmp_path / ".whence"))
    return make_workspace(tmp_path)


@settings(deadline=None, max_examples=50)
@given(st.frozensets(st.integers(0, 2**64 - 1), min_size=1, max_size=50))
def test_what_is_put_there_is_found(hashes: frozenset[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        shelf = SketchShelf(Path(folder), KEY)
        digest, sketch = packed(*sorted(hashes))
        shelf.put(digest, sketch)
        assert shelf.get(digest) == array("Q", sorted(hashes))
        shelf.put(digest, sketch)
        assert shelf.get(hashlib.sha256(b"").hexdigest()) is None


@pytest.mark.parametrize("sketch", [b"", b"1234567", packed(2, 1)[1], packed(1, 1)[1]])
def test_what_is_no_sketch_is_not_kept(tmp_path: Path, sketch: bytes) -> None:
    shelf = SketchShelf(tmp_path / "sketches", KEY)
    digest = hashlib.sha256(sketch).hexdigest()
    shelf.put(digest, sketch)
    assert shelf.get(digest) is None


def test_hashes_of_another_key_are_not_compared(tmp_path: Path) -> None:
    digest, sketch = packed(1, 2, 3)
    SketchShelf(tmp_path, KEY).put(digest, sketch)
    assert SketchShelf(tmp_path, OTHER).get(digest) is None


def test_a_damaged_sketch_is_an_error_and_no_answer(tmp_path: Path, workspace: Workspace) -> None:
    digest, sketch = packed(1, 2, 3)
    folder = workspace.folder / "sketches"
    shelf = SketchShelf(folder, rows_key(workspace))
    shelf.put(digest, sketch)
    (kept,) = [path for path in folder.rglob("*") if path.is_file()]
    assert find_sketch(workspace)(digest) == array("Q", [1, 2, 3])
    kept.write_bytes(kept.read_bytes()[:-1] + b"\xff")
    with pytest.raises(StoreError):
        shelf.get(digest)
    assert find_sketch(workspace)(digest) is None
    assert find_sketch(workspace)("no digest") is None
