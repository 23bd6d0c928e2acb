"""Which pipeline started a run, by the variables that it sets for its jobs.

Anybody can set a variable, so all of this has the basis ``declared``: the environment says so. The
names are those that each system documents; the first that is there tells each fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from whence.capture.probes.smallfile import read_small
from whence.recording.redact import redact_text

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One system that starts jobs: a row of the table."""

    system: str
    sign: str
    """The variable that is there, and not empty or false, where the system runs the job."""
    job: tuple[str, ...]
    """Variables whose values together name what it runs."""
    person: tuple[str, ...] = ()
    """Variables that name who made it start, the best one first."""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """What else is told → the variables that may tell it."""


def _facts(**names: str) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(words.split()) for name, words in names.items()})


PIPELINES: tuple[Pipeline, ...] = (
    Pipeline(
        "github-actions",
        "GITHUB_ACTIONS",
        ("GITHUB_REPOSITORY", "GITHUB_WORKFLOW", "GITHUB_JOB"),
        ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"),
        _facts(
            run="GITHUB_RUN_ID",
            attempt="GITHUB_RUN_ATTEMPT",
            commit="GITHUB_SHA",
            ref="GITHUB_REF",
            workflow="GITHUB_WORKFLOW_REF",
            event="GITHUB_EVENT_NAME",
            server="GITHUB_SERVER_URL",
            runner="RUNNER_NAME",
        ),
    ),
    Pipeline(
        "gitlab-ci",
        "GITLAB_CI",
        ("CI_PROJECT_PATH", "CI_JOB_NAME"),
        ("GITLAB_USER_LOGIN", "GITLAB_USER_NAME"),
        _facts(
            run="CI_PIPELINE_ID",
            job="CI_JOB_ID",
            commit="CI_COMMIT_SHA",
            ref="CI_COMMIT_REF_NAME",
            event="CI_PIPELINE_SOURCE",
            url="CI_JOB_URL",
            runner="CI_RUNNER_DESCRIPTION CI_RUNNER_ID",
        ),
    ),
    Pipeline(
        "jenkins",
        "JENKINS_URL",
        ("JOB_NAME",),
        ("BUILD_USER_ID", "BUILD_USER", "CHANGE_AUTHOR"),
        _facts(
            run="BUILD_NUMBER",
            tag="BUILD_TAG",
            commit="GIT_COMMIT",
            url="BUILD_URL",
            runner="NODE_NAME",
        ),
    ),
    Pipeline(
        "azure-pipelines",
        "TF_BUILD",
        ("SYSTEM_TEAMPROJECT", "BUILD_DEFINITIONNAME"),
        ("BUILD_REQUESTEDFOR", "BUILD_QUEUEDBY"),
        _facts(
            run="BUILD_BUILDID",
            commit="BUILD_SOURCEVERSION",
            ref="BUILD_SOURCEBRANCH",
            event="BUILD_REASON",
        ),
    ),
    Pipeline(
        "circleci",
        "CIRCLECI",
        ("CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME", "CIRCLE_JOB"),
        ("CIRCLE_USERNAME",),
        _facts(
            run="CIRCLE_WORKFLOW_ID",
            job="CIRCLE_BUILD_NUM",
            commit="CIRCLE_SHA1",
            ref="CIRCLE_BRANCH",
            url="CIRCLE_BUILD_URL",
        ),
    ),
    Pipeline(
        "buildkite",
        "BUILDKITE",
        ("BUILDKITE_ORGANIZATION_SLUG", "BUILDKITE_PIPELINE_SLUG"),
        ("BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_AUTHOR"),
        _facts(
            run="BUILDKITE_BUILD_NUMBER",
            job="BUILDKITE_JOB_ID",
            commit="BUILDKITE_COMMIT",
            ref="BUILDKITE_BRANCH",
            url="BUILDKITE_BUILD_URL",
        ),
    ),
    Pipeline(
        "bitbucket-pipelines",
        "BITBUCKET_BUILD_NUMBER",
        ("BITBUCKET_REPO_FULL_NAME",),
        ("BITBUCKET_STEP_TRIGGERER_UUID",),
        _facts(run="BITBUCKET_BUILD_NUMBER", commit="BITBUCKET_COMMIT", ref="BITBUCKET_BRANCH"),
    ),
    Pipeline(
        "aws-codebuild",
        "CODEBUILD_BUILD_ID",
        ("CODEBUILD_BUILD_ARN",),
        ("CODEBUILD_INITIATOR",),
        _facts(run="CODEBUILD_BUILD_ID", commit="CODEBUILD_RESOLVED_SOURCE_VERSION"),
    ),
    Pipeline(
        "airflow",
        "AIRFLOW_CTX_DAG_ID",
        ("AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_TASK_ID"),
        ("AIRFLOW_CTX_DAG_OWNER",),
        _facts(
            run="AIRFLOW_CTX_DAG_RUN_ID",
            attempt="AIRFLOW_CTX_TRY_NUMBER",
            date="AIRFLOW_CTX_LOGICAL_DATE AIRFLOW_CTX_EXECUTION_DATE",
        ),
    ),
    Pipeline(
        "kubeflow-pipelines",
        "KFP_POD_NAME",
        ("KFP_PIPELINE_NAME", "KFP_POD_NAME"),
        (),
        _facts(run="KFP_RUN_ID", pod="KFP_POD_NAME", uid="KFP_POD_UID"),
    ),
    Pipeline(
        "argo-workflows",
        "ARGO_NODE_ID",
        ("ARGO_WORKFLOW_NAME", "ARGO_POD_NAME"),
        (),
        _facts(run="ARGO_WORKFLOW_UID ARGO_NODE_ID", pod="ARGO_POD_NAME"),
    ),
    Pipeline(
        "sagemaker",
        "TRAINING_JOB_NAME",
        ("TRAINING_JOB_NAME",),
        (),
        _facts(run="TRAINING_JOB_ARN TRAINING_JOB_NAME"),
    ),
    Pipeline(
        "vertex-ai",
        "CLOUD_ML_JOB_ID",
        ("CLOUD_ML_JOB_ID",),
        (),
        _facts(run="CLOUD_ML_JOB_ID", project="CLOUD_ML_PROJECT_ID"),
    ),
    Pipeline(
        "azure-ml",
        "AZUREML_RUN_ID",
        ("AZUREML_ARM_PROJECT_NAME", "AZUREML_RUN_ID"),
        (),
        _facts(run="AZUREML_RUN_ID", workspace="AZUREML_ARM_WORKSPACE_NAME"),
    ),
    Pipeline(
        "databricks",
        "DATABRICKS_RUNTIME_VERSION",
        ("DB_CLUSTER_NAME", "DB_CLUSTER_ID"),
        (),
        _facts(cluster="DB_CLUSTER_ID", runtime="DATABRICKS_RUNTIME_VERSION"),
    ),
    Pipeline(
        "slurm",
        "SLURM_JOB_ID",
        ("SLURM_CLUSTER_NAME", "SLURM_JOB_NAME"),
        ("SLURM_JOB_USER",),
        _facts(
            run="SLURM_JOB_ID",
            task="SLURM_ARRAY_TASK_ID",
            account="SLURM_JOB_ACCOUNT",
            partition="SLURM_JOB_PARTITION",
        ),
    ),
    Pipeline(
        "kubernetes",
        "KUBERNETES_SERVICE_HOST",
        ("POD_NAMESPACE", "KUBERNETES_NAMESPACE", "POD_NAME", "HOSTNAME"),
        (),
        _facts(
            pod="POD_NAME HOSTNAME",
            node="NODE_NAME",
            service_account="POD_SERVICE_ACCOUNT SERVICE_ACCOUNT",
        ),
    ),
)
"""Every system that is known; several can hold, as SLURM inside a CI job does."""

_NO = frozenset({"", "0", "false", "no"})


def read_pipelines(environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the environment says of who started this: ``system``, ``job``, ``person``, ``facts``."""
    found = []
    for each in PIPELINES:
        if environ.get(each.sign, "").lower() in _NO:
            continue
        told = [environ[name] for name in each.job if environ.get(name)]
        facts = {
            name: redact_text(value)
            for name, names in each.facts.items()
            if (value := next((environ[it] for it in names if environ.get(it)), ""))
        }
        if each.system == "kubernetes" and (namespace := read_small(_ACCOUNT).strip()):
            facts["namespace"] = namespace
        person = next((environ[name] for name in each.person if environ.get(name)), "")
        found.append(
            {
                "system": each.system,
                "job": "/".join(dict.fromkeys(told)),
                "person": person,
                "facts": facts,
            }
        )
    return found
