"""Events go to a broker of Kafka's own protocol and come out as they went in.

The broker is the one that Kafka's C client has inside for tests: another process, over TCP.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.listening import answer, plain, whence

TOPIC = "openlineage.events"
BROKER = """
import json, sys, time
from confluent_kafka import Consumer, Producer

host = Producer({"bootstrap.servers": "none", "test.mock.num.brokers": 1})
(broker,) = host.list_topics(timeout=20).brokers.values()
print(f"{broker.host}:{broker.port}", flush=True)
reader = Consumer({
    "bootstrap.servers": f"{broker.host}:{broker.port}",
    "group.id": "test",
    "auto.offset.reset": "earliest",
    "allow.auto.create.topics": True,
    "topic.metadata.refresh.interval.ms": 200,
})
reader.subscribe([sys.argv[1]])
until = time.monotonic() + 50
for _ in range(int(sys.stdin.readline())):
    told = None
    while told is None or told.error():
        if time.monotonic() > until:
            sys.exit("nothing more came")
        told = reader.poll(0.5)
    print(json.dumps([told.key().decode(), json.loads(told.value())]), flush=True)
reader.close()
"""
TRAIN = """
import pathlib
text = pathlib.Path("in.csv").read_text()
pathlib.Path("model.txt").write_text(str(len(text)))
"""


@contextmanager
def broker(client: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = [str(client), "-c", BROKER, TOPIC]
    with subprocess.Popen(
        command, cwd=folder, env=plain(), stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_run_goes_to_kafka_and_comes_out_as_it_went_in(tmp_path: Path, client: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    (here / "in.csv").write_text("a\n1\n")
    (here / "train.py").write_text(TRAIN)
    for _ in range(2):
        whence(here, "run", "--", sys.executable, "train.py")
    wanted = [
        json.loads(line)
        for line in whence(here, "export", "openlineage", "--all", "--to", "-").splitlines()
    ]
    assert len(wanted) >= 4
    export = [sys.executable, "-m", "whence", "export", "openlineage", "--all"]
    packages = next(client.parents[1].glob("lib/python*/site-packages"))
    paths = [str(packages), *filter(None, [os.environ.get("PYTHONPATH")])]
    with broker(client, here) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        sent = subprocess.run(
            [*export, "--to", f"kafka://{address}/{TOPIC}"],
            cwd=here,
            env=plain(PYTHONPATH=os.pathsep.join(paths)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert sent.returncode == 0, sent.stdout + sent.stderr
        process.stdin.write(f"{len(wanted)}\n")
        process.stdin.flush()
        got = [json.loads(process.stdout.readline()) for _ in wanted]
    keys = {key for key, _ in got}
    assert len(keys) == 1, "one job, one key: its events stay in order"
    assert [event for _, event in got] == wanted
    (there / "topic.jsonl").write_text("".join(json.dumps(event) + "\n" for _, event in got))
    whence(there, "import", "openlineage", "topic.jsonl")
    runs = {event["run"]["runId"].replace("-", "") for event in wanted}
    for run in runs:
        assert answer(there, "show", run)["state"] == answer(here, "show", run)["state"]
