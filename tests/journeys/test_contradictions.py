"""What is declared is held against what was observed, and who asks is told."""

from typing import Any

import pytest

from scratch import Project

TRAIN = """
import sys
from pathlib import Path
Path("models").mkdir(exist_ok=True)
Path("models/delay.pkl").write_bytes(f"weights of {sys.argv[1]} ".encode() * 20)
"""

RELEASE = """
from pathlib import Path
Path("release").mkdir(exist_ok=True)
Path("release/delay.pkl").write_bytes(Path("models/delay.pkl").read_bytes())
Path("release/README.md").write_text("---\\nmodel_name: delay\\nversion: 3\\n---\\n# Delay\\n")
"""


def reasons(project: Project, ref: str = "last") -> list[str]:
    """The contradictions that ``show`` and ``gaps`` tell, which are the same."""
    shown = told_in(project.ask("show", ref)["gaps"])
    assert told_in(project.ask("gaps", ref)["gaps"]) == shown
    return shown


def told_in(gaps: list[dict[str, Any]]) -> list[str]:
    return [each["reason"] for each in gaps if each["kind"] == "contradiction"]


@pytest.fixture
def versions(project: Project) -> Project:
    """A model with two registered versions; the second lies in its place."""
    project.write("train.py", TRAIN)
    project.write("release.py", RELEASE)
    for number in ("1", "2"):
        project.python("train.py", number)
        project.whence("register", "models/delay.pkl", "--model", "delay")
    return project


def test_the_card_says_three_and_the_bytes_are_those_of_two(versions: Project) -> None:
    versions.python("release.py")
    (reason,) = reasons(versions)
    assert reason == (
        "declared to be delay version 3 (release/README.md); the same bytes were delay@2 before"
    )
    assert reasons(versions, "release/delay.pkl") == [reason]
    shown = versions.whence("show", "last").stdout
    assert "? release/delay.pkl: declared to be delay version 3 (release/README.md)" in shown
    assert "contradiction" in versions.whence("gaps", "last").stdout


def test_a_card_that_somebody_wrote_later_is_read_with_its_model(versions: Project) -> None:
    versions.write("models/README.md", "---\nversion: v1\n---\n")
    versions.write("use.py", "print(len(open('models/delay.pkl', 'rb').read()))")
    versions.python("use.py")
    (reason,) = reasons(versions)
    assert reason.startswith("declared to be version v1 (models/README.md)")
    versions.write("models/README.md", "---\nversion: 2.0\n---\n")
    versions.python("use.py")
    assert reasons(versions) == []


def test_a_card_that_is_right_is_no_contradiction(versions: Project) -> None:
    versions.write("release.py", RELEASE.replace("version: 3", "version: 2"))
    versions.python("release.py")
    assert reasons(versions) == []


def test_the_same_bytes_registered_again(versions: Project) -> None:
    versions.whence("register", "models/delay.pkl", "--model", "delay")
    assert reasons(versions, "delay@3") == ["its bytes are those of delay@2"]
    assert reasons(versions, "delay@2") == []


def test_a_stated_value_that_was_not_used_and_a_digest_that_is_not_the_bytes(
    project: Project,
) -> None:
    project.write(
        "train.py",
        "import argparse\nimport whence\nfrom pathlib import Path\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--learning-rate', type=float)\n"
        "args = parser.parse_args()\n"
        "with whence.run('train') as run:\n"
        "    run.log(parameters={'learning_rate': 0.1, 'epochs': 3})\n"
        "    Path('model.pkl').write_bytes(b'weights ' * 20)\n"
        f"    Path('README.md').write_text('---\\nsha256: {'ab' * 32}\\n---\\n')\n",
    )
    told = project.python("train.py", "--learning-rate", "0.01")
    found = reasons(project)
    assert len(found) == 2
    assert found[0] == "declared 0.1 (declared), observed 0.01 (command line)"
    assert found[1].startswith(f"declared to be sha256:{'ab' * 6}… (README.md)")
    assert told["parameters"]["learning_rate"] == 0.01
    assert told["parameter_details"]["learning_rate"]["also"][0]["value"] == 0.1
    lines = project.whence("show", "last").stdout.split("\n")
    assert [line.split() for line in lines if line.startswith("  learning_rate")] == [
        ["learning_rate", "0.01", "command", "line"],
        ["learning_rate", "0.1", "declared", "(declared)"],
    ]
