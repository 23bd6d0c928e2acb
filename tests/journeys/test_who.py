"""Who made a run, and how we know."""

import sys

from scratch import Project


def test_user_git_and_pipeline_each_with_its_basis(project: Project) -> None:
    project.git("config", "user.name", "Ada L.")
    project.write("train.py", "print('fitted')\n")
    project.env |= {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/churn",
        "GITHUB_WORKFLOW": "nightly",
        "GITHUB_ACTOR": "grace",
    }
    told = project.python("train.py")
    by_name = {each["name"]: (each["kind"], each["basis"]) for each in told["actors"]}
    assert by_name.pop(told["actor"]) == ("person", "observed")
    assert by_name == {
        "Ada L.": ("person", "declared"),
        "github-actions:acme/churn/nightly": ("service", "declared"),
        "grace": ("person", "declared"),
    }
    shown = project.whence("show", "last").stdout
    assert "github-actions:acme/churn/nightly (declared)" in shown


def test_outside_a_pipeline_nobody_else_is_named(project: Project) -> None:
    project.env |= {"GITHUB_ACTIONS": "", "KUBERNETES_SERVICE_HOST": ""}
    project.run(sys.executable, "-c", "pass")
    assert [each["basis"] for each in project.ask("show", "last")["actors"]] == ["observed"]
