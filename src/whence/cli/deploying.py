"""Deploying only what holds to a policy: the verdict and the deployment are kept together."""

from typing import TYPE_CHECKING, Any

from whence import __version__
from whence.cli.person import person
from whence.cli.served import server_of
from whence.governance.evaluating import evaluate
from whence.governance.gate import with_verdicts
from whence.governance.policy import Policy
from whence.homecoming.sketches import find_sketch
from whence.model.identity import new_id
from whence.model.record import Record
from whence.recording.deployment import Deploy
from whence.store.interface import Reader
from whence.workspace import Workspace

if TYPE_CHECKING:
    from whence.governance.verdict import Verdict

_SOURCE = f"whence-deploy/{__version__}"


def deploy_through(workspace: Workspace, policy: Policy, deploy: Deploy) -> dict[str, Any]:
    """Deploy a version if it holds to a policy; the verdict, which is kept either way.

    Where a server keeps the record, it judges.

    Raises:
        UsageError: it cannot be deployed, whatever the policy says.
    """
    request = server_of(workspace)
    if request is not None:
        body: dict[str, Any] = {
            "ref": deploy.version,
            "policy": policy.text,
            "purpose": deploy.environment,
        }
        body |= {"source": policy.source, "record": True}
        answer: dict[str, Any] = request("POST", "/api/v1/check", body)
        if answer["passed"]:
            workspace.recorder.record([deploy.compose])
        return answer
    verdicts: list[Verdict] = []

    def compose(reader: Reader, time: str) -> Record:
        record = deploy.compose(reader, time)
        handle = reader.find(deploy.version)
        assert handle is not None
        verdicts[:] = [
            evaluate(
                policy,
                reader,
                handle,
                time,
                purpose=deploy.environment,
                sketch_of=find_sketch(workspace),
            )
        ]
        if not verdicts[0].passed:
            record = Record(new_id(), "check", time, _SOURCE)
        return with_verdicts(reader, tuple(verdicts), record, person().name)

    workspace.recorder.record([compose])
    return verdicts[0].as_json()
