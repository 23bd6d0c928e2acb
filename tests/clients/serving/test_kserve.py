"""KServe's own Python model server, version 0.21: receipts from inside, and from what is logged.

Real: the model server with its V1 and V2 protocols, and CloudEvents as their Python SDK writes
them. Not real: who sends them. KServe's payload logger is a Go program beside the server, which no
package has; a middleware of some lines stands in its place, and sends what its source says
(kserve/kserve, ``pkg/logger``). The server listens on all interfaces and has no option for it; here
it is kept to this machine.
"""

import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from clients.predictions import ask, deploy, server
from scratch import Project, make_project
from serving import serving
from whence.receipts.reading import Wanted, list_receipts

SERVICE = """
import os, sys, threading, urllib.request, uuid
from datetime import datetime, timezone
import uvicorn

class OnThisMachine(uvicorn.Config):
    def __init__(self, app, **more):
        super().__init__(app, **{**more, "host": "127.0.0.1"})

uvicorn.Config = OnThisMachine
from cloudevents.conversion import to_binary, to_structured
from cloudevents.http import CloudEvent
from kserve import InferOutput, InferResponse, Model, ModelServer
from kserve.model_server import app
from whence import receipts

class Churn(Model):
    def __init__(self):
        super().__init__("churn")
        self.ready = True

    def predict(self, payload, headers=None):
        if isinstance(payload, dict):
            return {"predictions": [sum(row) for row in payload["instances"]]}
        rows = payload.inputs[0].as_numpy()
        out = InferOutput("p", [len(rows)], "FP64", data=rows.sum(axis=1).tolist())
        return InferResponse(payload.id, "churn", [out])

class Logger:
    '''In the place of the Go agent: one event for a request, one for its answer.'''

    def __init__(self, app, collector, write):
        self.app, self.collector, self.write = app, collector, write

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        asked, answered, event = [], [], str(uuid.uuid4())
        async def received():
            message = await receive()
            asked.append(message.get("body", b""))
            return message
        async def sent(message):
            answered.append(message.get("body", b""))
            await send(message)
        began = datetime.now(timezone.utc)
        await self.app(scope, received, sent)
        for which, parts, when in (("response", answered, None), ("request", asked, began)):
            self.tell(event, which, b"".join(parts), when or datetime.now(timezone.utc))

    def tell(self, event, which, body, when):
        attributes = {
            "id": event, "source": "http://localhost:9081/", "time": when.isoformat(),
            "type": "org.kubeflow.serving.inference." + which,
            "datacontenttype": "application/json", "inferenceservicename": "churn",
            "namespace": "shop", "component": "predictor", "endpoint": "",
        }
        headers, data = self.write(CloudEvent(attributes, body), data_marshaller=lambda each: each)
        request = urllib.request.Request(self.collector, data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

if __name__ == "__main__":
    collector, mode, port = sys.argv[1:]
    app.add_middleware(
        receipts.asgi, model="churn@1", deployment="eu",
        paths=["/v1/models/*:predict", "/v2/models/*/infer"],
    )
    write = {"binary": to_binary, "structured": to_structured}[mode]
    app.add_middleware(Logger, collector=collector + "/api/v1/cloudevents", write=write)
    ModelServer(http_port=int(port), enable_grpc=False).start([Churn()])
"""

TRAIN = 'open("models/churn.bin", "w").write(open("data/raw.csv").read() * 3)\n'
V1 = {"instances": [[1.0, 2.0], [3.0, 4.0]]}
V2 = {
    "id": "r-1",
    "inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [[1.0, 2.0]]}],
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path)
    project.write("train.py", TRAIN)
    project.write("data/raw.csv", "a,b\n1,2\n")
    (project.folder / "models").mkdir()
    project.run(sys.executable, "train.py")
    deploy(project, "models/churn.bin", "--kserve", "shop/churn")
    return project


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_a_prediction_of_kserve_leads_to_the_raw_data(
    client: Path, project: Project, mode: str
) -> None:
    project.write("service.py", SERVICE)
    port = free_port()
    folder = project.folder / ".whence" / "receipts"
    with serving(project.folder, variables=project.env) as (collector, _):
        words = ["service.py", collector, mode, str(port)]
        with server(client, words, project, port, {}) as address:
            answer, one = ask(f"{address}/v1/models/churn:predict", V1)
            assert answer == {"predictions": [3.0, 7.0]}
            answer, other = ask(f"{address}/v2/models/churn/infer", V2)
            assert answer["outputs"][0]["data"] == [3.0]
            logged: list[Any] = []
            until = time.monotonic() + 20
            while len(logged) < 2:
                assert time.monotonic() < until
                time.sleep(0.1)
                logged = list_receipts([folder], Wanted(model="kserve:shop/churn"), 9)
    for receipt in (one, other, *(each.id for each in logged)):
        told = project.ask("trace", receipt)
        assert {"data/raw.csv", "churn@1", "eu/churn@1"} <= {each["name"] for each in told["nodes"]}
    assert {each.version_name for each in logged} == {"churn@1"}
    assert all(each.seconds is not None and each.output for each in logged)
    project.write("request.json", '{"instances": [[1, 2], [3, 4]]}')
    for receipt in (one, logged[-1].id):
        project.whence("receipts", "verify", receipt, "--input", "request.json")
    project.whence("receipts", "verify", other, "--input", "request.json", status=1)
