"""Objects of a real store with an S3 interface (OpenStack Swift), and of moto for what it lacks."""

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clients.environments import interpreter, lack
from clients.remote.conftest import content
from clients.remote.http import ROWS, SHA256
from clients.remote.servers import SWIFT_KEY, SWIFT_USER, free_port, running, swift, swift_lack

BIG = bytes(range(256)) * 4_096 * 10
BIG_SHA256 = hashlib.sha256(BIG).hexdigest()

FILL = """
import sys, boto3
c = boto3.client("s3")
for bucket in ("lake", "kept"):
    c.create_bucket(Bucket=bucket)
c.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
rows = b"a,b\\n" + b"".join(b"%d,%d\\n" % (at, at * at) for at in range(5_000))
c.put_object(Bucket="lake", Key="in/rows.csv", Body=rows)
c.put_object(Bucket="kept", Key="rows.csv", Body=rows)
c.put_object(Bucket="lake", Key="big.bin", Body=bytes(range(256)) * 4_096 * 10)
"""


def access(port: int, folder: Path, user: str, key: str) -> dict[str, str]:
    """What tells boto3 and its like where the store is; addresses by path, as a loopback needs."""
    config = folder / ".aws" / "config"
    config.parent.mkdir()
    config.write_text("[default]\nregion = us-east-1\ns3 =\n    addressing_style = path\n")
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": user,
        "AWS_SECRET_ACCESS_KEY": key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(config),
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="module", params=["swift", "moto"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    if reason := lack("remote") or (swift_lack() if request.param == "swift" else ""):
        pytest.skip(reason)
    python = interpreter("remote")
    folder = tmp_path_factory.mktemp("aws")
    with ExitStack() as servers:
        if request.param == "swift":
            port = servers.enter_context(swift())
            env = access(port, folder, SWIFT_USER, SWIFT_KEY)
        else:
            port = free_port()
            words = [str(python), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
            servers.enter_context(running(words, port))
            env = access(port, folder, "user", "key")
        subprocess.run([str(python), "-c", FILL], env=env, check=True, capture_output=True)
        yield env


def test_boto3_reads_and_writes(record: Any, store: dict[str, str]) -> None:
    told = record(
        "import boto3, io\n"
        "s = boto3.client('s3')\n"
        "print(len(s.get_object(Bucket='lake', Key='in/rows.csv')['Body'].read()))\n"
        "o = boto3.resource('s3').Object('kept', 'rows.csv').get()\n"
        "print(sum(map(len, o['Body'].iter_chunks(1000))), 'VersionId' in o)\n"
        "s.put_object(Bucket='lake', Key='a.txt', Body=b'bytes')\n"
        "s.put_object(Bucket='lake', Key='b.txt', Body=io.BytesIO(b'buffer'))\n"
        "s.upload_fileobj(io.BytesIO(b'stream'), 'lake', 'c.txt')\n",
        **store,
    )
    assert content(told["used"]) == {"s3://lake/in/rows.csv": SHA256, "s3://kept/rows.csv": SHA256}
    made = content(told["generated"])
    assert made["s3://lake/a.txt"] == hashlib.sha256(b"bytes").hexdigest()
    assert made["s3://lake/b.txt"] == hashlib.sha256(b"buffer").hexdigest()
    assert set(made) == {"s3://lake/a.txt", "s3://lake/b.txt", "s3://lake/c.txt"}
    state = next(each["remote"] for each in told["used"] if each["name"] == "s3://kept/rows.csv")
    assert state["etag"] == hashlib.md5(ROWS, usedforsecurity=False).hexdigest()
    assert state["version"]


def test_whole_files_go_and_come(record: Any, store: dict[str, str]) -> None:
    told = record(
        "import boto3\n"
        "s = boto3.client('s3')\n"
        "s.download_file('lake', 'in/rows.csv', 'rows.csv')\n"
        "s.download_file('lake', 'big.bin', 'big.bin')\n"
        "s.upload_file('rows.csv', 'lake', 'up/rows.csv')\n"
        "s.upload_file('big.bin', 'lake', 'up/big.bin')\n",
        **store,
    )
    assert content(told["used"]) == {
        "s3://lake/in/rows.csv": SHA256,
        "s3://lake/big.bin": BIG_SHA256,
    }
    assert content(told["generated"]) == {
        "rows.csv": SHA256,
        "big.bin": BIG_SHA256,
        "s3://lake/up/rows.csv": SHA256,
        "s3://lake/up/big.bin": BIG_SHA256,
    }


def test_through_many_layers_it_comes_once(record: Any, store: dict[str, str]) -> None:
    told = record(
        "import pandas as pd, s3fs\n"
        "print(pd.read_csv('s3://lake/in/rows.csv').shape)\n"
        "fs = s3fs.S3FileSystem()\n"
        "with fs.open('lake/out/part.bin', 'wb') as f:\n"
        "    for _ in range(12): f.write(bytes(1 << 20))\n"
        "fs.get('kept/rows.csv', 'got.csv')\n"
        "fs.put('got.csv', 'lake/put.csv')\n",
        **store,
    )
    assert content(told["used"]) == {"s3://lake/in/rows.csv": SHA256, "s3://kept/rows.csv": SHA256}
    assert content(told["generated"]) == {
        "got.csv": SHA256,
        "s3://lake/out/part.bin": hashlib.sha256(bytes(12 << 20)).hexdigest(),
        "s3://lake/put.csv": SHA256,
    }
    assert told["gaps"] == []


def test_a_part_is_told_as_a_part(record: Any, store: dict[str, str]) -> None:
    told = record(
        "import boto3\n"
        "s = boto3.client('s3')\n"
        "at = dict(Bucket='lake', Key='in/rows.csv')\n"
        "for part in ('bytes=100-199', 'bytes=0-49'):\n"
        "    print(len(s.get_object(**at, Range=part)['Body'].read()))\n",
        **store,
    )
    (used,) = told["used"]
    assert used["digest"] is None
    assert used["remote"]["ranges"] == [[0, 50], [100, 200]]
    (gap,) = told["gaps"]
    assert (gap["kind"], gap["about"]) == ("content-unknown", "s3://lake/in/rows.csv")


def test_what_one_run_wrote_the_next_one_read(record: Any, store: dict[str, str]) -> None:
    made = record(
        "import boto3\nboto3.client('s3').put_object(Bucket='kept', Key='m', Body=b'model' * 9)\n",
        **store,
    )
    used = record(
        "import boto3\n"
        "print(boto3.client('s3').get_object(Bucket='kept', Key='m')['Body'].read(3))\n",
        **store,
    )
    assert [each["artifact"] for each in made["generated"]] == [
        each["artifact"] for each in used["used"]
    ]


def test_a_copy_inside_the_store_comes_from_its_source(record: Any, store: dict[str, str]) -> None:
    told = record(
        "import boto3\n"
        "s = boto3.client('s3')\n"
        "s.copy_object(Bucket='lake', Key='copy.csv', CopySource='lake/in/rows.csv')\n",
        **store,
    )
    assert set(content(told["used"])) == {"s3://lake/in/rows.csv"}
    assert set(content(told["generated"])) == {"s3://lake/copy.csv"}


def test_native_clients_leave_addresses_and_gaps(record: Any, store: dict[str, str]) -> None:
    told = record(
        "import os, polars as pl, pyarrow as pa, pyarrow.fs, pyarrow.parquet as pq\n"
        "place = os.environ['AWS_ENDPOINT_URL']\n"
        "fs = pyarrow.fs.S3FileSystem(endpoint_override=place)\n"
        "pq.write_table(pa.table({'a': range(9)}), 'lake/t.parquet', filesystem=fs)\n"
        "print(pl.read_csv('s3://lake/in/rows.csv').shape)\n"
        "print(pq.read_table('lake/t.parquet', filesystem=fs).shape)\n"
        "print(pl.scan_csv('s3://kept/rows.csv', storage_options={\n"
        "    'aws_endpoint_url': place, 'aws_allow_http': 'true'}).collect().shape)\n",
        AWS_ALLOW_HTTP="true",
        **store,
    )
    assert set(content(told["used"])) == {"s3://lake/in/rows.csv", "s3://kept/rows.csv"}
    assert content(told["generated"]) == {"s3://lake/t.parquet": None}
    assert {each["about"] for each in told["gaps"]} >= {"s3://kept/rows.csv", "s3://lake/t.parquet"}


def test_a_result_comes_from_the_object_that_went_into_it(
    record: Any, project: Any, store: dict[str, str]
) -> None:
    record(
        "import pandas as pd\n"
        "f = pd.read_csv('s3://lake/in/rows.csv')\n"
        "f[f.a > 9].to_csv('some.csv', index=False)\n",
        **store,
    )
    origins = {each["name"]: each["role"] for each in project.ask("show", "some.csv")["comes_from"]}
    assert origins["s3://lake/in/rows.csv"] == "computed"
