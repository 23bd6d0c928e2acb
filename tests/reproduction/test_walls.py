"""Each wall by itself, around a command of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from whence.reproduction import walls


def behind_walls(folder: Path, code: str, **plan: Any) -> tuple[set[str], str]:
    """The walls that stood, and what Python said behind them."""
    told, tells = os.pipe()
    whole = {
        "command": [sys.executable, "-I", "-c", code],
        "variables": {},
        "folder": str(folder),
        "memory": 4 << 30,
        "seconds": 60,
        "told": tells,
        **plan,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", walls.__file__, json.dumps(whole)],
        pass_fds=(tells,),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(tells)
    built = set(os.read(told, 4096).decode().split())
    os.close(told)
    return built, (done.stdout + done.stderr).strip()


def needs(built: set[str], wall: str) -> None:
    if wall not in built:
        pytest.skip(f"this machine permits no {wall}")


def test_what_a_command_says_and_how_it_ends_is_its_own(tmp_path: Path) -> None:
    built, said = behind_walls(tmp_path, "print('hello')")
    assert said == "hello"
    assert "limits" in built


def test_it_works_in_the_folder_and_nothing_of_it_stays(tmp_path: Path) -> None:
    folder = tmp_path / "cell"
    folder.mkdir()
    built, said = behind_walls(folder, "open('x', 'w').write('y'); print(open('x').read())")
    assert said == "y"
    needs(built, "mounts")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("wall", "code", "refusal"),
    [
        ("mounts", "open('{outside}/x', 'w')", "Read-only file system"),
        ("landlock", "import os; os.mkdir('{outside}/x')", "Read-only file system|denied"),
        ("sockets", "import socket; socket.socket(socket.AF_UNIX)", "Operation not permitted"),
        ("sockets", "import socket; socket.socket(socket.AF_INET)", "Operation not permitted"),
        ("processes", "import os; os.kill({pid}, 0)", "No such process"),
        ("privileges", "import os; os.chroot('/')", "Operation not permitted"),
        ("limits", "bytearray(8 << 30)", "MemoryError"),
    ],
)
def test_a_wall_holds(tmp_path: Path, wall: str, code: str, refusal: str) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "cell"
    outside.mkdir()
    folder.mkdir()
    built, said = behind_walls(folder, code.format(outside=outside, pid=os.getpid()))
    needs(built, wall)
    assert any(each in said.splitlines()[-1] for each in refusal.split("|"))


def test_without_namespaces_landlock_still_keeps_files_from_being_written(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "cell"
    outside.mkdir()
    folder.mkdir()
    # The same walls, built by a program that cannot leave: as where namespaces are not permitted.
    program = (
        "import json, os, sys\n"
        f"sys.path.insert(0, {str(Path(walls.__file__).parent)!r})\n"
        "import walls\n"
        "def refused(folder): raise OSError('not permitted')\n"
        "walls._leave = refused\n"
        "walls.main(sys.argv[1:])\n"
    )
    told, tells = os.pipe()
    plan = {
        "command": [sys.executable, "-I", "-c", f"open('in', 'w'); open('{outside}/x', 'w')"],
        "variables": {},
        "folder": str(folder),
        "memory": 4 << 30,
        "seconds": 60,
        "told": tells,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, json.dumps(plan)],
        pass_fds=(tells,),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(tells)
    built = set(os.read(told, 4096).decode().split())
    os.close(told)
    assert "mounts" not in built
    needs(built, "landlock")
    assert "Permission denied" in done.stderr
    assert (folder / "in").exists()
    assert list(outside.iterdir()) == []
