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


def test_a_cached_copy_is_what_it_is_a_copy_of() -> None:
    repo = "/h/hub/models--org--tiny"
    blob = FileSeen("b", f"file://{repo}/blobs/b", NodeKind.MODEL, "input", digest_of("b"), 3)
    note = FileSeen("main", f"file://{repo}/refs/main", NodeKind.DATASET, "input", None, 3)
    lock = FileSeen("l", "file:///h/hub/.locks/l", NodeKind.DATASET, "output", None, 3)
    uri = "hf://org/tiny@c/config.json"
    fields = {"mode": "read", "uri": uri, "service": "huggingface", "etag": "e", "size": 3}
    fields |= {"file": f"{repo}/blobs/b", "cached": True}
    place = "file:///h/.cache/huggingface/datasets/json/a.arrow"
    work = FileSeen("a.arrow", place, NodeKind.DATASET, "output", digest_of("w"), 3)
    told = [Telling(1, "remote", fields)]
    found = look_beyond(told, (blob, note, DB), (lock, work), location_of)
    assert [each.name for each in found.used] == ["a.db", uri]
    assert found.used[1].sha256 == blob.sha256
    assert found.generated == ()


def test_files_and_remote_things_stand_beside_each_other() -> None:
    fields = {"mode": "write", "uri": "s3://b/k", "service": "s3", "file": "/p/a.db"}
    found = look_beyond([Telling(1, "remote", fields)], (DB,), (), location_of)
    assert [each.name for each in found.generated] == ["s3://b/k"]
    assert found.generated[0].sha256 == DB.sha256


def test_a_database_gives_way_to_the_tables_that_a_frame_came_from() -> None:
    place = "postgresql://db:5432/shop"
    fields = {"dialect": "postgres", "statement": "select a from t", "database": place, "q": 1}
    read = {"n": 1, "location": "postgresql+psycopg://db/shop", "by": "pandas.read_sql"}
    told = [Telling(1, "query", fields), Telling(1, "read", read)]
    found = look_beyond(told, (), (), location_of)
    assert [each.name for each in found.used] == [f"{place}#public.t"]
    native = look_beyond(told[1:], (), (), location_of)
    assert [each.name for each in native.used] == ["postgresql://db/shop"]
