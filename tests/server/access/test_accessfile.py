import sqlite3
from pathlib import Path

from whence.server.access.accessfile import AccessFile


def test_what_is_kept_of_access_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = AccessFile(tmp_path)
    with file.writing():
        file.execute("INSERT INTO protected VALUES ('x', 'y')")
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    file.close()
    assert set(modes.values()) == {0}
    assert "access.sqlite-wal" in modes
    with sqlite3.connect(tmp_path / "access.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM protected").fetchone() == (1,)
    connection.close()
