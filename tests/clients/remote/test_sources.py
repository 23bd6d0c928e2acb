"""A content comes back from S3 in the version that was read, though there is a newer one."""

import os
import subprocess
from pathlib import Path

import pytest

from clients.environments import interpreter, lack
from clients.remote.servers import free_port, running
from clients.remote.test_s3 import access

FILL = """
import boto3
c = boto3.client("s3")
c.create_bucket(Bucket="kept")
c.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
print(c.put_object(Bucket="kept", Key="in/rows.csv", Body=b"first")["VersionId"])
c.put_object(Bucket="kept", Key="in/rows.csv", Body=b"second")
"""

FETCH = """
import sys
from pathlib import Path
from whence.errors import ReproductionError
from whence.reproduction.sources import s3
from whence.reproduction.sources.interface import Address, Asked
from whence.store.objects import ObjectStore
version, folder = sys.argv[1], Path(sys.argv[2])
for told in ({"version": version}, {}, {"version": "none"}):
    address = Address("s3://kept/in/rows.csv", told)
    asked = Asked("0" * 64, 5, (), (), (address,), ObjectStore(folder), lambda path: False)
    try:
        s3.find(asked).write(folder / "rows.csv")
        print((folder / "rows.csv").read_text())
    except ReproductionError as error:
        print(error.message)
"""


def test_s3_has_it_in_the_version_that_was_read(tmp_path: Path) -> None:
    if reason := lack("remote"):
        pytest.skip(reason)
    python = str(interpreter("remote"))
    port = free_port()
    words = [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(words, port):
        source = Path(__file__).parents[3] / "src"
        env = {**os.environ, **access(port, tmp_path, "user", "key"), "PYTHONPATH": str(source)}

        def say(script: str, *words: str) -> list[str]:
            done = subprocess.run(
                [python, "-c", script, *words], env=env, check=True, capture_output=True, text=True
            )
            return done.stdout.splitlines()

        (version,) = say(FILL)
        first, latest, failed = say(FETCH, version, str(tmp_path))
    assert (first, latest) == ("first", "second")
    assert failed.startswith("s3://kept/in/rows.csv cannot be fetched")
