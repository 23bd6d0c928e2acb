import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from whence.errors import NotFoundError
from whence.model.identity import NodeId, new_id
from whence.model.moment import now
from whence.receipts.origins import Origin, origin_of
from whence.receipts.receipt import Receipt, new_receipt_id
from whence.receipts.resolving import look_up
from whence.recording.deployment import Deploy
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.registration import Registration
from whence.store.interface import Reader
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")


class Served:
    """A record with two versions, and what is done to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = SqliteStore(folder)
        self.recorder = Recorder(self.store)
        self.recorder.record_runs(pipeline())
        with self.store.reading() as reader:
            (model,) = reader.nodes(reader.named("models/delay.joblib")[:1])
        for _ in range(2):
            self.recorder.record([Registration("delay", model.id, ADA, "tests").compose])

    def id(self, name: str) -> NodeId:
        with self.store.reading() as reader:
            return reader.nodes(reader.named(name)[:1])[0].id

    def deploy(self, name: str, **more: Any) -> None:
        its = Deploy(self.id(name), "eu", ADA, "tests", service="kserve:shop/churn", **more)
        self.recorder.record([its.compose])

    def alias(self, number: int) -> None:
        move = AliasMove("delay", number, "production", ADA, "tests")
        self.recorder.record([move.compose])

    def gave(self, model: str, **more: str) -> tuple[str, str]:
        """Version and place that a receipt of this moment leads to."""
        receipt = replace(Receipt(new_receipt_id(), model), **more)  # type: ignore[arg-type]
        with self.store.reading() as reader:
            return told(reader, origin_of(reader, receipt))


def told(reader: Reader, origin: Origin) -> tuple[str, str]:
    (version,) = reader.nodes([origin.version])
    return version.name, "" if origin.deployment is None else origin.deployment.node.name


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(tmp_path / ".whence")


def test_an_alias_means_what_it_meant_when_the_service_began(served: Served) -> None:
    served.alias(1)
    then = now()
    time.sleep(0.01)  # moments are told by the millisecond
    served.alias(2)
    assert served.gave("delay@production", loaded=then) == ("delay@1", "")
    assert served.gave("delay@production", loaded=now()) == ("delay@2", "")
    with pytest.raises(NotFoundError, match="does not know 'delay@production'"):
        served.gave("delay@production", loaded="2020-01-01T00:00:00.000Z")


def test_a_number_means_the_same_whenever_the_service_began(served: Served) -> None:
    assert served.gave("delay@2", loaded="2020-01-01T00:00:00.000Z") == ("delay@2", "")


def test_the_deployment_that_was_live_there_and_then_is_found(served: Served) -> None:
    served.deploy("delay@1")
    assert served.gave("delay@1", environment="eu") == ("delay@1", "eu/delay@1")
    assert served.gave("delay@1") == ("delay@1", "eu/delay@1")
    assert served.gave("delay@1", environment="us") == ("delay@1", "")
    assert served.gave("delay@2", environment="eu") == ("delay@2", "")
    assert served.gave("x", environment=served.id("eu/delay@1")) == ("delay@1", "eu/delay@1")


def test_what_was_looked_up_counts_more_than_any_name(served: Served) -> None:
    assert served.gave("delay@1", version=served.id("delay@2")) == ("delay@2", "")
    with pytest.raises(NotFoundError, match="does not know the version"):
        served.gave("delay@1", version=new_id())


def test_a_service_that_two_versions_shared_is_not_guessed(served: Served) -> None:
    with pytest.raises(NotFoundError, match="nothing was deployed as the InferenceService"):
        served.gave("kserve:shop/churn")
    served.deploy("delay@1")
    assert served.gave("kserve:shop/churn") == ("delay@1", "eu/delay@1")
    served.deploy("delay@2", traffic=20)
    with pytest.raises(NotFoundError, match="several versions served") as error:
        served.gave("kserve:shop/churn")
    assert "delay@1 80 %" in error.value.message
    assert "delay@2 20 %" in error.value.message


def test_what_is_no_version_gives_no_prediction(served: Served) -> None:
    with pytest.raises(NotFoundError, match="is a model, not a version"):
        served.gave("models/delay.joblib")


def test_a_service_looks_up_beside_its_receipts_and_never_fails(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHENCE_STORE", raising=False)
    monkeypatch.delenv("WHENCE_DIR", raising=False)
    served.deploy("delay@1")
    found = look_up("delay@1", "eu", now(), served.folder / "receipts")
    assert found == {
        "version": served.id("delay@1"),
        "version_name": "delay@1",
        "deployment": served.id("eu/delay@1"),
    }
    assert look_up("delay@9", "eu", now(), served.folder / "receipts") == {}
    assert look_up("delay@1", "eu", now(), tmp_path / "elsewhere" / "receipts") != {}
    monkeypatch.setenv("WHENCE_STORE", "nonsense://x")
    assert look_up("delay@1", "eu", now(), served.folder / "receipts") == {}
    monkeypatch.setenv("WHENCE_STORE", "http://127.0.0.1:9")
    assert look_up("delay@1", "eu", now(), served.folder / "receipts") == {}
