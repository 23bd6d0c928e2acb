import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from whence.store.objects.together import start

AT_EXIT = """
import atexit, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from whence.store.objects import ObjectStore

def put():
    print(ObjectStore(Path(sys.argv[1])).put_bytes(bytes(range(256)) * 10_000))

ThreadPoolExecutor(1).submit(print, "before", flush=True).result()
atexit.register(put)
"""


def test_a_thread_does_it_or_the_caller() -> None:
    with ThreadPoolExecutor(1) as threads:
        assert start(threads, divmod, 7, 2).result() == (3, 1)
    assert start(threads, divmod, 7, 2).result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        start(threads, divmod, 7, 0).result()


def test_a_content_can_be_put_when_a_program_is_ending(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_EXIT, str(tmp_path / "objects")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert len(done.stdout.split()[1]) == 64
