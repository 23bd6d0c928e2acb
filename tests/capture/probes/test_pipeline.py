import re

import pytest

from whence.capture.probes.pipeline import PIPELINES, read_pipelines

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/churn",
    "GITHUB_WORKFLOW": "train",
    "GITHUB_JOB": "fit",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_ACTOR": "ada",
    "GITHUB_TRIGGERING_ACTOR": "grace",
}


def test_nothing_is_told_at_a_desk() -> None:
    assert read_pipelines({"HOME": "/home/ada", "GITHUB_ACTIONS": "", "GITLAB_CI": "false"}) == []


def test_a_job_of_a_pipeline_with_who_made_it_start() -> None:
    (found,) = read_pipelines(GITHUB)
    assert (found["system"], found["job"], found["person"]) == (
        "github-actions",
        "acme/churn/train/fit",
        "grace",
    )
    assert (found["facts"]["run"], found["facts"]["attempt"]) == ("77", "2")


def test_systems_inside_systems_are_all_told() -> None:
    slurm = {"SLURM_JOB_ID": "5", "SLURM_JOB_NAME": "fit", "SLURM_JOB_USER": "ada"}
    found = read_pipelines({**GITHUB, **slurm, "KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert [each["system"] for each in found] == ["github-actions", "slurm", "kubernetes"]


def test_secrets_in_addresses_are_taken_out() -> None:
    url = "https://ada:hunter2secret@ci.example.org/job/7/"
    (found,) = read_pipelines({"JENKINS_URL": "x", "JOB_NAME": "j", "BUILD_URL": url})
    assert "hunter2secret" not in str(found)


@pytest.mark.parametrize("row", PIPELINES, ids=lambda row: row.system)
def test_each_row_of_the_table_can_be_met(row: object) -> None:
    assert isinstance(row, type(PIPELINES[0]))
    names = {row.sign, *row.job, *row.person, *(it for names in row.facts.values() for it in names)}
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]+", name) for name in names)
    environ = {name: f"value-of-{name}" for name in names}
    (found,) = [each for each in read_pipelines(environ) if each["system"] == row.system]
    assert found["job"]
    assert bool(found["person"]) == bool(row.person)
    assert set(found["facts"]) == set(row.facts)
