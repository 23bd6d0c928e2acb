import base64
import hashlib
from pathlib import Path

from whence.reproduction.installed import edited_files


def install(folder: Path, *, sized: bool = True) -> Path:
    package = folder / "site-packages"
    (package / "shape-1.0.dist-info").mkdir(parents=True)
    (package / "shape").mkdir()
    rows = ["shape-1.0.dist-info/RECORD,,", "../../bin/shape,sha256=AAAA,3"]
    for name, content in (("shape/a.py", b"A = 1\n"), ("shape/b.so", b"\x7fELF")):
        (package / name).write_bytes(content)
        told = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={told},{len(content) if sized else ''}")
    (package / "shape-1.0.dist-info" / "RECORD").write_text("\n".join(rows) + "\n")
    return package


def test_what_is_as_it_was_installed_is_not_told(tmp_path: Path) -> None:
    for sized in (True, False):
        folder = install(tmp_path / str(sized), sized=sized)
        assert edited_files([str(folder)], {"shape"}) == []


def test_edits_are_told_by_size_and_of_sources_by_content(tmp_path: Path) -> None:
    folder = install(tmp_path)
    (folder / "shape" / "a.py").write_text("A = 2\n")
    (folder / "shape" / "b.so").write_bytes(b"longer than it was")
    assert edited_files([str(folder)], {"shape"}) == ["shape/a.py", "shape/b.so"]
    assert edited_files([str(folder)], {"other"}) == []
    (folder / "shape" / "a.py").unlink()
    assert "shape/a.py" in edited_files([str(folder)], {"shape"})


def test_a_list_that_is_gone_or_torn_says_nothing(tmp_path: Path) -> None:
    folder = install(tmp_path)
    record = folder / "shape-1.0.dist-info" / "RECORD"
    record.write_bytes(b'\xff"torn\n')
    assert edited_files([str(folder)], {"shape"}) == []
    record.unlink()
    assert edited_files([str(folder)], {"shape"}) == []
