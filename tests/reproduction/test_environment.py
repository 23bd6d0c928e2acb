import os
import sys
import venv
from dataclasses import replace
from pathlib import Path

import pytest

from whence.errors import ReproductionError
from whence.reproduction import environment
from whence.reproduction.environment import current, find_uv, lock, plan_environment, provide
from whence.reproduction.interface import EnvironmentNeed
from whence.reproduction.interpreters import compare, inspect

needs_uv = pytest.mark.skipif(find_uv() is None, reason="no uv on the path or beside this Python")


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python with one package, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    install(tmp_path / "env", "shape", "1.0")
    return tmp_path / "env" / "bin" / "python"


def install(prefix: Path, name: str, version: str) -> Path:
    (packages,) = prefix.glob("lib/python*/site-packages")
    folder = packages / f"{name}-{version}.dist-info"
    folder.mkdir()
    return folder


def need_of(python: Path) -> EnvironmentNeed:
    found = inspect(python)
    assert found is not None
    return found.as_need()


def test_a_python_is_what_it_says(python: Path) -> None:
    found = inspect(python)
    assert found is not None
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.packages == {"shape": "1.0"}
    assert inspect(python.with_name("no-python")) is None
    assert inspect(Path("/bin/true")) is None


def test_the_recorded_one_is_taken_while_it_is_as_it_was(python: Path) -> None:
    need = need_of(python)
    assert plan_environment(need, {}).how == "recorded"
    install(python.parent.parent, "further", "2.0")
    plan = plan_environment(need, {})
    assert plan.how == "recorded"
    assert plan.notes == ("installed since: further",)


def test_a_package_that_changed_is_told(python: Path) -> None:
    need = replace(need_of(python), packages={"shape": "0.9", "gone": "1"})
    found = inspect(python)
    assert found is not None
    assert compare(found, need).words() == "no gone, shape 1.0 rather than 0.9"


def test_without_uv_it_is_missing_and_says_what_to_try(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "find_uv", lambda: None)
    need = replace(need_of(python), packages={"shape": "0.9"})
    plan = plan_environment(need, {})
    assert plan.how == "missing"
    assert "no uv is at hand" in plan.problem
    assert "whence[reproduce]" in plan.hint
    with pytest.raises(ReproductionError, match="no uv"):
        provide(need, {})


@needs_uv
def test_a_python_that_is_gone_is_built_once(python: Path, tmp_path: Path) -> None:
    need = replace(need_of(python), packages={}, interpreter=str(tmp_path / "gone"))
    assert plan_environment(need, {}, resolve=True).how == "build"
    built = provide(need, {})
    assert built is not None
    assert built.version == need.version
    assert built.path.is_relative_to(tmp_path / "cache")
    plan = plan_environment(need, {})
    assert (plan.how, plan.interpreter) == ("cached", built)


@needs_uv
def test_a_lock_that_no_longer_resolves_is_told_beforehand(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    need = replace(need_of(python), packages={"no-such-package-anywhere": "1.0"})
    plan = plan_environment(need, {}, resolve=True)
    assert plan.how == "missing"
    assert "no longer resolve" in plan.problem
    assert plan.hint.startswith("--env current")


@needs_uv
def test_a_version_of_python_that_is_nowhere_is_told_beforehand(python: Path) -> None:
    need = replace(need_of(python), version="3.11.999")
    plan = plan_environment(need, {}, resolve=True)
    assert plan.how == "missing"
    assert "Python 3.11.999 is neither here nor to be had" in plan.problem


def test_a_lock_says_what_cannot_be_asked_for() -> None:
    need = EnvironmentNeed(
        "",
        "",
        "3.11.7",
        {"a": "1", "b": "2", "c": "3", "whence": "0.1.0"},
        {"b": "git+https://example.org/b@abc", "c": "editable file:///home/ada/c"},
    )
    lines, skipped = lock(need)
    assert lines == ["a==1", "b @ git+https://example.org/b@abc"]
    assert skipped == ["c 3 came from editable file:///home/ada/c and is left out"]


def test_no_python_ran() -> None:
    need = EnvironmentNeed("", "", "")
    assert plan_environment(need, {}).how == "none"
    assert provide(need, {}) is None


def test_the_python_of_now(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", os.fspath(python.parent.parent))
    assert current({}).path == python
    assert current({}, sys.executable).path == Path(sys.executable)
    with pytest.raises(ReproductionError, match="no Python that can be started"):
        current({}, "/no/such/python")
