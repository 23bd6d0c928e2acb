import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest

from whence.capture.probes.packages import find_owners, normalize, read_packages

SITE = sysconfig.get_paths()["purelib"]


def test_what_is_installed_is_what_the_standard_way_finds() -> None:
    told = {each.name: each.version for each in read_packages([SITE])}
    wanted = {
        normalize(each.metadata["Name"]): each.version
        for each in metadata.distributions(path=[SITE])
    }
    assert told == wanted


def test_modules_are_traced_to_their_packages() -> None:
    packages = read_packages([SITE])
    found = find_owners(packages, {"yaml", "hypothesis", "sklearn", "no_such_module"})
    assert found == {
        "yaml": {"pyyaml"},
        "hypothesis": {"hypothesis"},
        "sklearn": {"scikit-learn"},
    }


def installed(folder: Path, name: str, **files: str) -> None:
    info = folder / name
    info.mkdir(parents=True)
    for file, text in files.items():
        (info / file.replace("__", ".")).write_text(text)


@pytest.mark.parametrize(
    ("reference", "origin"),
    [
        (
            '{"url": "https://a.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "3a"}}',
            "git+https://a.org/x.git@3a",
        ),
        ('{"url": "file:///src/x", "dir_info": {"editable": true}}', "editable file:///src/x"),
        ('{"url": "https://example.org/x.whl", "archive_info": {}}', "https://example.org/x.whl"),
        ("broken", ""),
        ("[]", ""),
    ],
)
def test_where_a_package_was_installed_from(tmp_path: Path, reference: str, origin: str) -> None:
    installed(tmp_path, "Some_Thing-1.0.dist-info", direct_url__json=reference)
    (package,) = read_packages([str(tmp_path)])
    assert (package.name, package.version, package.origin) == ("some-thing", "1.0", origin)


def test_broken_and_missing_folders_are_passed_over(tmp_path: Path) -> None:
    installed(tmp_path, "-.dist-info")
    installed(tmp_path, "six-1.16.0-py3.11.egg-info")
    (six,) = read_packages([str(tmp_path), str(tmp_path / "missing"), sys.executable])
    assert (six.name, six.version) == ("six", "1.16.0")
    assert find_owners([six], {"six"}) == {"six": {"six"}}
    assert find_owners([six], {"other"}) == {}
