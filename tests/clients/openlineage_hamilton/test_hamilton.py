"""Hamilton's adapter, and the Python client itself, tell a real `whence serve`."""

from pathlib import Path

from clients.listening import answer, listening, whence

FLOW = """
import sys
import pandas as pd
from hamilton import ad_hoc_utils, driver
from hamilton.io.materialization import from_, to
from hamilton.plugins import h_openlineage
from openlineage.client import OpenLineageClient

def doubled(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.assign(b=raw["a"] * 2)

module = ad_hoc_utils.create_temporary_module(doubled, module_name="flow")
adapter = h_openlineage.OpenLineageAdapter(OpenLineageClient(), "shop", "double")
built = (
    driver.Builder().with_modules(module).with_adapters(adapter)
    .with_materializers(
        from_.csv(target="raw", path=sys.argv[1]),
        to.csv(id="saved", dependencies=["doubled"], path=sys.argv[2], index=False),
    ).build()
)
built.execute(["saved"])
"""
TRAIN = """
import json, pandas
with open("model.json", "w") as file:
    json.dump({"mean": float(pandas.read_csv("out.csv")["b"].mean())}, file)
"""
CLIENT = """
from datetime import datetime, timezone
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset as lineage, schema_dataset
from openlineage.client.uuid import generate_new_uuid

client, run = OpenLineageClient(), Run(runId=str(generate_new_uuid()))
job = Job(namespace="shop", name="sum")
bucket = "s3://shop"
sources = lineage.InputField(namespace=bucket, name="raw/a.parquet", field="x")
made = {
    "columnLineage": lineage.ColumnLineageDatasetFacet(
        fields={"total": lineage.Fields(inputFields=[sources])}
    ),
    "schema": schema_dataset.SchemaDatasetFacet(
        fields=[schema_dataset.SchemaDatasetFacetFields(name="total", type="INT")]
    ),
}
for state in (RunState.START, RunState.COMPLETE):
    event = RunEvent(
        eventType=state, eventTime=datetime.now(timezone.utc).isoformat(), run=run, job=job,
        producer="https://example.org/sum",
        inputs=[InputDataset(namespace=bucket, name="raw/a.parquet")],
        outputs=[OutputDataset(namespace=bucket, name="sums/a.parquet", facets=made)],
    )
    client.emit(event)
    client.emit(event)
"""


def test_a_training_comes_from_the_flow_that_wrote_its_file(tmp_path: Path, client: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n2\n3\n")
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "train.py").write_text(TRAIN)
    command = [str(client), "flow.py", f"{tmp_path}/in.csv", f"{tmp_path}/out.csv"]
    variables = {"OPENLINEAGE_URL": "{url}", "HAMILTON_TELEMETRY_ENABLED": "false"}
    told = listening(tmp_path, [command], variables, cwd=tmp_path)
    assert set(told) == {"201", "exit 0"}
    whence(tmp_path, "run", "--", str(client), "train.py")
    names = [each["name"] for each in answer(tmp_path, "trace", "model.json")["nodes"]]
    assert {"out.csv", "double", "shop/load_data.raw"} <= set(names)


def test_the_client_sends_packed_events_and_is_told_of_what_is_known(
    tmp_path: Path, client: Path
) -> None:
    (tmp_path / "emit.py").write_text(CLIENT)
    variables = {
        "OPENLINEAGE__TRANSPORT__TYPE": "http",
        "OPENLINEAGE__TRANSPORT__URL": "{url}",
        "OPENLINEAGE__TRANSPORT__COMPRESSION": "gzip",
    }
    told = listening(tmp_path, [[str(client), "emit.py"]], variables, cwd=tmp_path)
    assert told == ["201", "200", "201", "200", "exit 0"]
    found = answer(tmp_path, "trace", "s3://shop/sums/a.parquet#total")
    assert [each["column"] for each in found["columns"]] == ["total", "x"]
