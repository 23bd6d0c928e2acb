import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.capture import agent
from whence.capture.agent.reports import read_reports

Python = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir()
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "__init__.py").touch()
    (folder / "pkg" / "part.py").write_text("VALUE = 1\n")
    (folder / "main.py").write_text("import pkg.part\n")
    return folder


@pytest.fixture
def python(session: Path, work: Path) -> Python:
    def run(*words: str, path: str = "", **more: str) -> "subprocess.CompletedProcess[bytes]":
        env = {**os.environ, **more}
        for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
            env.pop(name, None)
        if path:
            env["PYTHONPATH"] = path
        agent.equip(env, str(session))
        return subprocess.run(
            [sys.executable, *words], cwd=work, env=env, capture_output=True, check=False
        )

    return run


@pytest.mark.parametrize("words", [("main.py",), ("-m", "main"), ("-c", "import pkg.part")])
def test_the_sources_that_ran_are_told(
    python: Python, session: Path, work: Path, words: tuple[str, ...]
) -> None:
    done = python(*words)
    assert (done.returncode, done.stderr) == (0, b"")
    reports = read_reports(str(session))
    expected = {"pkg/__init__.py", "pkg/part.py"} | ({"main.py"} if words[0] != "-c" else set())
    assert set(reports.sources) == {str(work / each) for each in expected}
    assert "pkg" in reports.imported
    assert not {"os", "sys", "json"} & reports.imported


def test_an_interpreter_describes_itself(python: Python, session: Path) -> None:
    python("-O", "-c", "pass")
    (found,) = read_reports(str(session)).interpreters
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert (found.prefix, found.base_prefix) == (sys.prefix, sys.base_prefix)
    assert found.flags["optimize"] == 1
    assert found.argv[1:] == ("-O", "-c", "pass")
    assert not any(agent.FOLDER in each for each in found.path[1:])


@pytest.mark.parametrize(
    "end", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.execv('/bin/true', ['true'])"]
)
def test_what_was_told_survives_a_sudden_end(python: Python, session: Path, end: str) -> None:
    python("-c", f"import os, pkg.part; {end}")
    assert any(each.endswith("pkg/part.py") for each in read_reports(str(session)).sources)


def test_forked_and_spawned_children_report_too(python: Python, session: Path) -> None:
    code = (
        "import os, subprocess, sys\n"
        "if os.fork() == 0:\n    import pkg.part\n    os._exit(0)\n"
        "os.wait()\n"
        "subprocess.run([sys.executable, 'main.py'], check=True)\n"
    )
    assert python("-c", code).returncode == 0
    reports = read_reports(str(session))
    assert len(reports.processes) == 3
    assert len(reports.sources) == 3


@pytest.mark.parametrize("switch", ["-I", "-S", "-E"])
def test_a_python_that_ignores_its_environment_is_left_alone(
    python: Python, session: Path, switch: str
) -> None:
    assert python(switch, "-c", "print(1)").stdout == b"1\n"
    assert read_reports(str(session)).processes == frozenset()


def test_it_can_be_kept_out(python: Python, session: Path) -> None:
    python("-c", "pass", WHENCE_AGENT="off")
    assert read_reports(str(session)).processes == frozenset()


_PATHS = (
    "import sys; print(sys.path[1:], 'sitecustomize' in sys.modules, [*sys.path_importer_cache])"
)


def test_the_module_path_is_as_it_would_be_without(python: Python, work: Path) -> None:
    bare = subprocess.run(
        [sys.executable, "-c", _PATHS],
        cwd=work,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        check=True,
    )
    assert python("-c", _PATHS).stdout == bare.stdout


def test_a_sitecustomize_that_it_hides_runs_in_its_place(python: Python, work: Path) -> None:
    hidden = work / "site"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("print('hidden', __file__)\n")
    code = "import sitecustomize, sys; print(sitecustomize.__file__)"
    done = python("-c", code, path=str(hidden))
    path = str(hidden / "sitecustomize.py")
    assert done.stdout.decode().split() == ["hidden", path, path]
    (hidden / "sitecustomize.py").write_text("raise OSError('its own fault')\n")
    broken = python("-c", "print('goes on')", path=str(hidden))
    assert broken.stdout == b"goes on\n"
    assert b"OSError: its own fault" in broken.stderr


def test_a_session_that_is_gone_harms_nothing(python: Python, session: Path) -> None:
    session.rmdir()
    assert python("-c", "import pkg.part; print(2)").stdout == b"2\n"


def test_a_session_that_goes_while_it_runs_harms_nothing(python: Python, session: Path) -> None:
    code = f"import shutil; shutil.rmtree({str(session)!r}); import pkg.part; print(3)"
    done = python("-c", code)
    assert (done.stdout, done.stderr) == (b"3\n", b"")


def test_strange_paths_are_told_exactly(python: Python, session: Path, work: Path) -> None:
    name = 'odd "\\\n\u00e9\U0001f600\udcff.py'
    (work / name).write_text("pass\n")
    assert python(name).returncode == 0
    assert read_reports(str(session)).sources == (str(work / name),)


def test_lines_that_are_torn_or_foreign_are_left_out(session: Path) -> None:
    whole = {"event": "module", "file": "/x.py"}
    lines = [json.dumps(whole), "[]", '{"event": "fork"}', '{"event": "module", "fi']
    (session / f"1.{time.time_ns()}.ev").write_text("\n".join(lines))
    assert read_reports(str(session)).sources == ("/x.py",)


@pytest.mark.parametrize("old", ["", "/a:/b", "/a:", f"{agent.FOLDER}:/a"])
def test_equipping_twice_changes_nothing_more(old: str) -> None:
    env = {"PYTHONPATH": old}
    agent.equip(env, "/s")
    once = dict(env)
    agent.equip(env, "/s")
    assert env == once
    assert env["PYTHONPATH"].split(":")[0] == agent.FOLDER
