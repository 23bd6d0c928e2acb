import subprocess
import sys

CODE = """
import sys
import whence.captured, whence.capture.tracers.notify
from whence.homecoming import loading
for piece in loading.pieces():
    piece()
loaded = set(sys.modules)
from whence.homecoming.bring import bring_home
from whence.recording.recorder import Recorder
from whence.store.sqlite import SqliteStore
print(*sorted(set(sys.modules) - loaded))
"""


def test_when_all_pieces_are_loaded_nothing_is_missing() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
