"""Two servers on one database: what was recorded through one is asked of the other."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scratch import make_project
from whence.testing.cluster import Cluster

pytestmark = pytest.mark.slow


@pytest.fixture
def servers(cluster: Cluster, tmp_path: Path) -> Iterator[list[str]]:
    """Their addresses."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    processes: list[subprocess.Popen[str]] = []
    try:
        for number in range(2):
            folder = tmp_path / f"server {number}"
            folder.mkdir()
            words = ["serve", "--port", "0", "--store", cluster.url("served")]
            with (folder / "log").open("w") as log:
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "whence", *words],
                        cwd=folder,
                        env=environment,
                        stdout=subprocess.PIPE,
                        stderr=log,
                        text=True,
                    )
                )
        yield [_address(each) for each in processes]
    finally:
        for each in processes:
            each.terminate()
            assert each.wait(30) == 0
            assert each.stdout is not None
            each.stdout.close()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    found = re.search(r"http://\S+$", server.stdout.readline().strip())
    assert found
    return found[0]


def test_what_one_takes_in_the_other_knows(servers: list[str], tmp_path: Path) -> None:
    (tmp_path / "laptop").mkdir()
    project = make_project(tmp_path / "laptop")
    project.write("make.py", "open('out.csv', 'w').write('a,b\\n1,2\\n' * 100)\n")

    def whence(server: str, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "whence", *words],
            cwd=project.folder,
            env=project.env | {"WHENCE_STORE": server},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    whence(servers[0], "run", "--", sys.executable, "make.py")
    assert "make" in whence(servers[1], "log")
    assert "make.py" in whence(servers[1], "trace", "out.csv")
