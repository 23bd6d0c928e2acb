import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from whence.capture.interface import TracedExit, Tracer
from whence.capture.tracers import accelerator

_MAKE_TABLES = """
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.ipc, joblib, os
table = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 2.5]})
table.to_csv("in.csv", index=False)
table.to_parquet("in.parquet")
os.mkdir("parts")
for part in (1, 2):
    table.to_parquet(f"parts/{part}.parquet")
whole = pa.Table.from_pandas(table)
with pa.OSFile("in.arrow", "wb") as file, pa.ipc.new_file(file, whole.schema) as writer:
    writer.write_table(whole)
np.save("in.npy", np.arange(9.0))
np.arange(5.0).tofile("in.raw")
joblib.dump({"a": 1}, "in.joblib")
"""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache folder of the tests' own, with the accelerator in it where there is a compiler."""
    folder = tmp_path_factory.mktemp("cache")
    accelerator.library({"XDG_CACHE_HOME": str(folder), "PATH": os.environ["PATH"]})
    return str(folder)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that each case starts from."""
    import sqlite3
    import zipfile

    folder = tmp_path_factory.mktemp("template")
    for name, text in {
        "a.txt": "alpha\nbeta\n",
        "b.txt": "b c\nd\n",
        "new\nline\ttab": "n",
    }.items():
        (folder / name).write_text(text)
    for name in (
        "sub/c.txt",
        "sub/d.txt",
        "many/0",
        "pkg/__init__.py",
        "b\udcff\udcfe",
        'quote"\\n',
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("" if path.suffix == ".py" else path.name.encode(errors="replace").hex())
    for number in range(50):
        (folder / "many" / str(number)).write_text(str(number))
    (folder / "pkg" / "part.py").write_text("VALUE = 1\n")
    (folder / "link.txt").symlink_to("a.txt")
    (folder / "way").symlink_to("sub")
    (folder / "tool.sh").write_text('#!/bin/sh\ncat "$1"\n')
    (folder / "tool.sh").chmod(0o755)
    with sqlite3.connect(folder / "in.sqlite") as base:
        base.execute("create table t (a)")
        base.execute("insert into t values (1)")
    base.close()
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        archive.writestr("inside.txt", "x")
    subprocess.run([sys.executable, "-c", _MAKE_TABLES], cwd=folder, check=True)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(
        [sys.executable, "-c", "import pkg.part"], cwd=folder, check=True, env=environment
    )
    return folder


@pytest.fixture
def work(tmp_path: Path, template: Path) -> Path:
    """A workspace of this test alone."""
    folder = tmp_path / "work"
    shutil.copytree(template, folder, symlinks=True)
    return folder


Streams = dict[int, tuple[str, int]]
Run = Callable[..., TracedExit]


@contextmanager
def redirect(streams: Streams) -> Iterator[None]:
    """Put files under the standard descriptors of this process, as a shell does for a command."""
    saved = {fd: os.dup(fd) for fd in streams}
    try:
        for fd, (path, flags) in streams.items():
            opened = os.open(path, flags, 0o644)
            os.dup2(opened, fd)
            os.close(opened)
        yield
    finally:
        for fd, copy in saved.items():
            os.dup2(copy, fd)
            os.close(copy)


@pytest.fixture
def run(tmp_path: Path, work: Path, cache: str) -> Run:
    """Run a command under a tracer, in the workspace, with quiet standard streams."""

    def start(
        tracer: Tracer,
        *command: str,
        accelerated: bool = True,
        streams: Streams | None = None,
        env: dict[str, str] | None = None,
    ) -> TracedExit:
        session = tmp_path / "session"
        session.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": cache,
            "WHENCE_ACCELERATOR": "" if accelerated else "off",
            **(env or {}),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        output = str(session / "output"), os.O_RDWR | os.O_CREAT | os.O_APPEND
        with redirect({0: ("/dev/null", os.O_RDONLY), 1: output, 2: output, **(streams or {})}):
            return tracer.run(command, env=environment, cwd=str(work), session_dir=str(session))

    return start


@pytest.fixture
def output(tmp_path: Path) -> Callable[[], bytes]:
    """What the command wrote on standard output and error, unless they were redirected."""
    return (tmp_path / "session" / "output").read_bytes
