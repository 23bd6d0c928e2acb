import platform
import sys
import sysconfig
from dataclasses import replace

import pytest

from whence.capture.agent.reports import Interpreter, Reports
from whence.capture.probes import environment
from whence.capture.probes.environment import read_environment
from whence.wire.canonical import canonical

HERE = Interpreter(
    version=platform.python_version(),
    implementation="cpython",
    executable=sys.executable,
    prefix=sys.prefix,
    base_prefix=sys.base_prefix,
    path=(sysconfig.get_paths()["purelib"],),
    flags={"optimize": 0, "dev_mode": 1},
    argv=(),
)


def test_an_environment_has_its_interpreter_packages_and_system() -> None:
    told = read_environment(Reports(interpreters=(HERE,), imported=frozenset({"yaml"})))
    facts = told.facts()
    assert told.name == f"python {platform.python_version()}"
    assert facts["python"]["flags"] == {"dev_mode": 1}
    assert "pyyaml" in [each["name"] for each in facts["packages"]]
    assert told.imported == {"pyyaml"}
    assert facts["system"]["architecture"] == platform.machine()
    canonical(facts)


def test_what_a_run_imports_does_not_make_it_another_environment() -> None:
    one = read_environment(Reports(interpreters=(HERE,), imported=frozenset({"yaml"})))
    other = read_environment(Reports(interpreters=(HERE,), imported=frozenset()))
    assert one.facts() == other.facts()


def test_without_python_there_is_still_a_system() -> None:
    told = read_environment(Reports())
    assert told.name
    assert "packages" not in told.facts()
    assert told.gaps == ()


def test_an_interpreter_without_packages_is_a_gap() -> None:
    bare = replace(HERE, path=("/nowhere/site-packages",))
    (gap,) = read_environment(Reports(interpreters=(bare,))).gaps
    assert gap.kind == "environment-unknown"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (
            {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "CONTAINER_IMAGE": "example.org/train:3"},
            {"kind": "kubernetes", "image": "example.org/train:3"},
        ),
        ({"APPTAINER_NAME": "train.sif"}, {"kind": "apptainer"}),
        ({}, {}),
    ],
)
def test_a_container_is_told_where_something_tells_it(
    environ: dict[str, str], told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "read_small", lambda path: "")
    monkeypatch.setattr("os.path.exists", lambda path: False)
    assert environment._container(environ) == told
