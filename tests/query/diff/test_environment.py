from typing import Any

from whence.model.gap import Gap
from whence.query.diff import diff
from whence.query.diff.difference import LayerDiff
from whence.query.diff.environment import is_idle
from whence.recording.observation import RunSeen
from whence.testing.worlds import Version, World, environment_seen, pipeline, run_seen


def trained(number: int, environment: dict[str, Any] | None = None, **more: Any) -> RunSeen:
    facts = environment_seen({}) if environment is None else environment
    return run_seen("train", number, environment=facts, **more)


def compared(*runs: RunSeen) -> LayerDiff:
    world = World(*runs)
    found = diff(world.store, world.run("train", 1), world.run("train", 2))
    return found.layers["environment"]


def told(layer: LayerDiff) -> list[tuple[Any, ...]]:
    return [(each.what, each.name, each.a, each.b) for each in layer.changes]


def package(name: str, version: str, *, imported: bool) -> dict[str, Any]:
    return {"name": name, "version": version, "imported": imported}


def test_what_most_probably_matters_comes_first() -> None:
    def facts(number: int, version: str) -> dict[str, Any]:
        return {
            "python": {"version": f"3.11.{number}"},
            "os": {"kernel": f"6.{number}"},
            "variables": {"OMP_NUM_THREADS": str(number)},
            "container": {"image": f"train:{number}"},
            "packages": [
                package("idle", version, imported=False),
                package("numpy", version, imported=True),
                package(f"only-{number}", "1", imported=False),
            ],
        }

    layer = compared(
        trained(1, facts(1, "1.0"), hardware={"cpu": "a", "cores": 2}),
        trained(2, facts(2, "2.0"), hardware={"cpu": "b", "cores": 2}),
    )
    assert told(layer) == [
        ("changed", "python.version", "3.11.1", "3.11.2"),
        ("changed", "numpy", "1.0", "2.0"),
        ("changed", "container.image", "train:1", "train:2"),
        ("changed", "OMP_NUM_THREADS", "1", "2"),
        ("changed", "os.kernel", "6.1", "6.2"),
        ("changed", "cpu", "a", "b"),
        ("changed", "idle", "1.0", "2.0"),
        ("only_in_a", "only-1", "1", None),
        ("only_in_b", "only-2", None, "1"),
    ]
    about = [each.detail["about"] for each in layer.changes]
    assert about[:6] == ["interpreter", "package", "container", "variable", "system", "hardware"]
    assert [is_idle(each) for each in layer.changes] == [False] * 6 + [True] * 3


def test_an_environment_that_steps_share_is_told_once() -> None:
    world = World(
        *pipeline(Version(packages={"pandas": "1"})),
        *pipeline(Version(2, packages={"pandas": "2"})),
    )
    found = diff(world.store, world.run("evaluate", 1), world.run("evaluate", 2))
    (change,) = found.layers["environment"].changes
    assert change.steps == ("prepare", "train", "evaluate")


def test_being_imported_or_not_is_no_difference_of_the_environment() -> None:
    layer = compared(
        trained(1, {"packages": [package("numpy", "1", imported=True)]}),
        trained(2, {"packages": [package("numpy", "1", imported=False)]}),
    )
    assert layer.status == "same"


def test_a_version_is_a_name_and_not_a_number() -> None:
    layer = compared(
        trained(1, {"packages": [package("numpy", "1.1", imported=True)]}),
        trained(2, {"packages": [package("numpy", "1.10", imported=True)]}),
    )
    assert told(layer) == [("changed", "numpy", "1.1", "1.10")]


def test_a_plain_list_of_packages_is_understood() -> None:
    layer = compared(
        trained(1, {"packages": ["numpy==1", "pandas==2"]}),
        trained(2, {"packages": ["numpy==1", "pandas==3"]}),
    )
    assert told(layer) == [("changed", "pandas", "2", "3")]
    assert layer.changes[0].detail == {"about": "package", "imported": True}


def test_what_only_sums_up_or_says_where_is_left_out() -> None:
    def facts(number: int) -> dict[str, Any]:
        return {
            "python": {"version": "3", "prefix": f"/home/{number}/.venv"},
            "packages_sha256": f"{number}",
        }

    layer = compared(
        trained(1, facts(1), hardware={"cpu": "a", "gpus": [{"name": "H200", "uuid": "1"}]}),
        trained(2, facts(2), hardware={"cpu": "a", "gpus": [{"name": "H200", "uuid": "2"}]}),
    )
    assert layer.status == "same"
    layer = compared(
        trained(1, hardware={"gpus": [{"name": "H200"}]}),
        trained(2, hardware={"gpus": [{"name": "H200"}, {"name": "H200"}]}),
    )
    assert layer.status == "changed"


def test_a_package_from_elsewhere_is_another_one() -> None:
    def facts(commit: str) -> dict[str, Any]:
        mine = package("mine", "1", imported=True)
        return {"packages": [{**mine, "origin": f"git+https://example.org/mine@{commit}"}]}

    layer = compared(trained(1, facts("aa")), trained(2, facts("bb")))
    assert told(layer) == [
        (
            "changed",
            "mine",
            "1 from git+https://example.org/mine@aa",
            "1 from git+https://example.org/mine@bb",
        )
    ]


def test_hardware_of_one_side_alone_is_no_known_difference() -> None:
    assert compared(trained(1, hardware={"cpu": "a"}), trained(2, hardware={})).status == "same"


def test_an_environment_that_is_not_recorded_is_not_known_to_be_the_same() -> None:
    layer = compared(trained(1), trained(2, {}))
    assert layer.status == "unknown"
    assert layer.changes[0].detail == {"reason": "no environment is recorded of b"}


def test_a_gap_leaves_it_open() -> None:
    gap = Gap("environment-unknown", "python", "its packages could not be listed")
    layer = compared(trained(1), trained(2, gaps=(gap,)))
    assert layer.status == "unknown"
    assert layer.changes[0].name == "python"
