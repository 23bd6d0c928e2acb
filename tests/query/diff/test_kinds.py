from typing import Any

import pytest

from whence.query.diff.difference import Change
from whence.query.diff.kinds import hardware_kind, package_kind, parameter_kind, variable_kind


def kind(name: str, a: Any = 1, b: Any = 2, *, named: bool = True, **detail: Any) -> str:
    files = {"data/x.csv"}
    return parameter_kind(Change("changed", name, a, b, (), detail), named=named, files=files)


@pytest.mark.parametrize(
    ("name", "detail", "wanted"),
    [
        ("rate", {}, "setting"),
        ("rate", {"argument": True}, "argument"),
        ("rate", {"reaches": ["Model.rate"]}, "reaching"),
        ("seed", {}, "seed"),
        ("rng", {"reaches": ["random"], "seeds": True}, "seed"),
        ("Model.random_state", {"about": "seed"}, "seed"),
        ("train_test_split.random_state", {"about": "seed"}, "split-seed"),
        ("seed", {"reaches": ["KFold.random_state"]}, "split-seed"),
        ("train_test_split.test_size", {"argument": True}, "split"),
        ("share", {"reaches": ["train_test_split.test_size"]}, "split"),
        ("--n-jobs", {}, "operational"),
        ("config.yaml", {"about": "file"}, "setting"),
    ],
)
def test_what_a_parameter_is(name: str, detail: dict[str, Any], wanted: str) -> None:
    assert kind(name, **detail) == wanted


def test_a_parameter_that_no_source_names() -> None:
    assert kind("old.key", named=False) == "unnamed"
    assert kind("KEY", named=False, source="environment variable") == "setting"


def test_a_parameter_that_names_a_file() -> None:
    assert kind("input", "data/x.csv", "other.csv") == "place"
    assert kind("input", "a/b.csv", "c/d.csv") == "place"
    assert kind("formula", "a / b", "b / a") == "setting"


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ("1.2.3", "2.0.0", "package-major"),
        ("1.2.3", "1.3.0", "package-minor"),
        ("1.2.3", "1.2.4", "package-patch"),
        ("1.2", "1.2.post1", "package-patch"),
        ("0.2.3", "0.3.0", "package-major"),
        ("0.2.3", "0.2.4", "package-minor"),
        ("1.2.3", None, "package-major"),
        ("local", "1.0", "package-major"),
    ],
)
def test_how_far_a_version_moved(a: str, b: str | None, wanted: str) -> None:
    change = Change("changed", "x", a, b, (), {"imported": True, "direct": True})
    assert package_kind(change) == wanted


def test_whether_anything_imports_it() -> None:
    assert package_kind(Change("changed", "x", "1", "2", (), {"imported": False})) == "idle"
    below = {"imported": True, "direct": False}
    assert package_kind(Change("changed", "x", "1", "2", (), below)) == "package-below"
    assert package_kind(Change("changed", "x", "1", "2", (), {"imported": True})) == "package-major"


def test_variables_and_hardware() -> None:
    assert variable_kind("OMP_NUM_THREADS") == "threads"
    assert variable_kind("CUDA_VISIBLE_DEVICES") == "gpu"
    assert variable_kind("PYTHONUNBUFFERED") == "operational"
    assert variable_kind("MY_FLAG") == "variable"
    assert hardware_kind("gpus") == "gpu"
    assert hardware_kind("cpu.model") == "hardware"
