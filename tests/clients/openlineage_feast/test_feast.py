"""Feast tells a real `whence serve` of what it applies and materializes; and hears what we tell."""

from pathlib import Path

from clients.listening import answer, listening, whence

FEATURES = """
from datetime import timedelta
from feast import Entity, FeatureService, FeatureView, Field, FileSource
from feast.types import Float32, Int64

driver = Entity(name="driver", join_keys=["driver_id"])
source = FileSource(name="trips", path={path!r}, timestamp_field="event_timestamp")
stats = FeatureView(
    name="driver_stats", entities=[driver], ttl=timedelta(days=365), source=source,
    schema=[Field(name="trips", dtype=Int64), Field(name="rating", dtype=Float32)],
)
service = FeatureService(name="driver_service", features=[stats])
"""
STORE = """
project: rides
registry: registry.db
provider: local
online_store: {type: sqlite, path: online.db}
offline_store: {type: dask}
entity_key_serialization_version: 3
openlineage: {enabled: true, transport_type: http, transport_url: "{url}", namespace: rides}
"""
MAKE = """
import pandas, sys
pandas.DataFrame({
    "driver_id": [1, 2], "trips": [3, 4], "rating": [4.5, 3.9],
    "event_timestamp": pandas.to_datetime(["2026-11-01", "2026-11-02"], utc=True)
        .astype("datetime64[us, UTC]"),
}).to_parquet(sys.argv[1])
"""


def test_an_online_store_comes_from_the_file_that_a_captured_run_wrote(
    tmp_path: Path, client: Path
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (tmp_path / "make.py").write_text(MAKE)
    trips = str(tmp_path / "trips.parquet")
    (repository / "features.py").write_text(FEATURES.format(path=trips))
    (repository / "feature_store.yaml.in").write_text(STORE)
    (tmp_path / ".whence").mkdir()
    whence(tmp_path, "run", "--", str(client), "make.py", trips)
    feast = str(client.with_name("feast"))
    period = ["2026-10-01T00:00:00", "2026-11-20T00:00:00"]
    commands = [[feast, "apply"], [feast, "materialize", *period]]
    told = listening(tmp_path, commands, {"FEAST_USAGE": "False"}, cwd=repository)
    assert set(told) == {"201", "exit 0"}
    found = answer(tmp_path, "trace", "rides/online_store_driver_stats")["nodes"]
    names = {each["name"] for each in found}
    assert {"rides/driver_stats", "rides/trips", "materialize_rides"} <= names
    assert {"trips.parquet", "make"} <= names
    shown = answer(tmp_path, "show", "last")
    assert shown["state"] == "completed"
