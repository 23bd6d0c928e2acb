import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from whence.capture import session
from whence.liaison.mlflow import RUN, SESSION, TAG, RunContext

ROOT = Path(__file__).parents[2]


def test_a_run_that_is_recorded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN, "ab" * 16)
    monkeypatch.setenv(SESSION, str(tmp_path))
    assert RunContext().in_context()
    assert RunContext().tags() == {TAG: "ab" * 16}


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all"])
def test_where_nobody_watches_nothing_is_tagged(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(RUN, raising=False)
    assert not RunContext().in_context()
    monkeypatch.setenv(RUN, "ab" * 16)
    monkeypatch.setenv(SESSION, folder)
    assert not RunContext().in_context()


def test_the_variables_are_those_of_the_session() -> None:
    assert (RUN, SESSION) == (session.RUN_VARIABLE, session.SESSION_VARIABLE)


def test_mlflow_finds_it_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, name = project["entry-points"]["mlflow.run_context_provider"]["whence"].partition(
        ":"
    )
    assert getattr(import_module(module), name) is RunContext


def test_it_loads_next_to_nothing() -> None:
    code = "import sys; import whence.liaison.mlflow; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {name for name in loaded if name.startswith("whence")} == {
        "whence",
        "whence.liaison",
        "whence.liaison.mlflow",
    }
