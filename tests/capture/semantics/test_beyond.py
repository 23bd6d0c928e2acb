from whence.capture.agent.reports import Telling
from whence.capture.semantics.beyond import look_beyond
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen
from whence.testing.worlds import digest_of

DB = FileSeen("a.db", "file:///p/a.db", NodeKind.DATASET, "input", digest_of("a"), 9)


def location_of(path: str) -> str:
    return f"file://{path}"


def test_without_anything_told_files_are_as_they_were() -> None:
    found = look_beyond([], (DB,), (), location_of)
    assert (found.used, found.generated) == ((DB,), ())


def test_a_database_that_is_a_file_is_one_input_that_has_its_queries() -> None:
    fields = {"dialect": "sqlite", "statement": "select a from t", "database": "/p/a.db"}
    found = look_beyond([Telling(1, "query", fields)], (DB,), (), location_of)
    (used,) = found.used
    assert (used.name, used.sha256) == ("a.db", DB.sha256)
    assert used.facets["query"]["queries"][0]["reads"] == ["t"]
    assert found.queries["told"] == 1


def test_files_and_remote_things_stand_beside_each_other() -> None:
    fields = {"mode": "write", "uri": "s3://b/k", "service": "s3", "file": "/p/a.db"}
    found = look_beyond([Telling(1, "remote", fields)], (DB,), (), location_of)
    assert [each.name for each in found.generated] == ["s3://b/k"]
    assert found.generated[0].sha256 == DB.sha256
