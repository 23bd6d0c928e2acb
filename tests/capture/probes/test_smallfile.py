from pathlib import Path

from whence.capture.probes.smallfile import read_small


def test_what_is_there_is_read_and_what_is_not_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "told"
    file.write_bytes(b"cores: 2\xff\n")
    assert read_small(str(file)) == "cores: 2\ufffd\n"
    assert read_small(str(tmp_path)) == read_small(str(tmp_path / "none")) == ""


def test_a_large_file_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_text("x" * 100_000)
    assert len(read_small(str(file))) == 65_536
