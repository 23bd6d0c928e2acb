from collections.abc import Sequence
from typing import Any

import pytest

from whence.capture.agent.reports import Telling
from whence.capture.semantics.remote import RemoteSeen, read_remote
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen
from whence.testing.worlds import digest_of

DATA = digest_of("data")
CSV = {"content-type": "text/csv", "etag": '"e1"', "content-length": "2000"}


def got(uri: str, body: int | None = None, service: str = "http", **facts: Any) -> Telling:
    return _telling("read", uri, service, body, facts)


def sent(uri: str, service: str = "http", **facts: Any) -> Telling:
    return _telling("write", uri, service, None, facts)


def called(uri: str, **facts: Any) -> Telling:
    return _telling("call", uri, "http", None, facts)


def _telling(mode: str, uri: str, service: str, body: int | None, facts: Any) -> Telling:
    fields = {"event": "remote", "mode": mode, "uri": uri, "service": service, **facts}
    return Telling(1, "remote", fields if body is None else {**fields, "body": body})


def read(*told: Telling, files: Sequence[FileSeen] = ()) -> RemoteSeen:
    return read_remote(told, {each.location: each for each in files}, lambda path: f"file://{path}")


def local(path: str, sha256: str = DATA, size: int = 2000) -> FileSeen:
    return FileSeen(path[1:], f"file://{path}", NodeKind.DATASET, "input", sha256, size)


def test_what_passed_whole_has_its_digest_and_state() -> None:
    (seen,) = read(
        got("https://ada:pw@h/a.csv?sig=1", 1, headers=CSV, status=200, by="pandas"),
        got("https://ada:pw@h/a.csv?sig=1", 1, sha256=DATA, size=2000),
    ).used
    assert (seen.name, seen.location) == ("https://h/a.csv", "https://h/a.csv")
    assert (seen.sha256, seen.size, seen.gap) == (DATA, 2000, None)
    assert seen.facets["remote"] == {
        "service": "http",
        "etag": "e1",
        "type": "text/csv",
        "by": "pandas",
        "status": 200,
    }


def test_one_object_asked_for_twice_is_one_input() -> None:
    (seen,) = read(
        got("s3://b/k", 1, "s3", headers={"etag": '"e"'}),
        got("s3://b/k", 2, "s3", headers={"etag": '"e"', "x-amz-version-id": "v1"}),
        got("s3://b/k", 2, "s3", sha256=DATA, size=9),
    ).used
    assert seen.sha256 == DATA
    assert seen.facets["remote"]["version"] == "v1"
    assert seen.facets["remote"]["requests"] == 2


def test_one_object_in_two_states_is_two_inputs() -> None:
    used = read(
        got("s3://b/k", 1, "s3", headers={"etag": '"e1"'}),
        got("s3://b/k", 2, "s3", headers={"etag": '"e2"'}),
        got("s3://b/k", 3, "s3", headers={"etag": '"e1"'}),
    ).used
    assert [each.facets["remote"]["etag"] for each in used] == ["e1", "e2"]


def test_ranges_out_of_order_are_told_and_are_a_gap() -> None:
    headers = {"etag": '"e"', "content-range": "bytes 900-999/1000", "content-length": "100"}
    (seen,) = read(
        got("s3://b/k.parquet", 1, "s3", headers=headers, total=1000),
        got("s3://b/k.parquet", 1, "s3", ranges=[[0, 100], [900, 1000]]),
    ).used
    assert (seen.sha256, seen.size) == (None, 1000)
    assert seen.facets["remote"]["ranges"] == [[0, 100], [900, 1000]]
    assert seen.gap is not None
    assert "only 200 of 1,000 bytes" in seen.gap.reason


def test_an_object_fetched_to_a_file_has_the_content_of_the_file() -> None:
    told = got("s3://b/k", 1, "s3", headers={"content-length": "2000"}, file="/p/k")
    (seen,) = read(told, files=[local("/p/k")]).used
    assert seen.sha256 == DATA
    assert seen.facets["remote"]["content_from"] == "p/k"
    (other,) = read(told, files=[local("/p/k", size=1999)]).used
    assert other.sha256 is None


def test_an_upload_has_the_content_of_what_was_sent() -> None:
    made = read(
        sent("s3://b/a", "s3", sha256=DATA, size=4),
        sent("s3://b/b", "s3", file="/p/k", etag='"x"'),
        sent("https://h/up", files=["/p/k"]),
        sent("https://h/c"),
        files=[local("/p/k")],
    ).generated
    assert [(each.name, each.sha256) for each in made] == [
        ("s3://b/a", DATA),
        ("s3://b/b", DATA),
        ("https://h/up#k", DATA),
        ("https://h/c", None),
    ]
    assert made[3].gap is not None


def test_what_the_run_wrote_itself_is_no_input() -> None:
    seen = read(
        sent("s3://b/k", "s3", etag='"e1"', sha256=DATA),
        got("s3://b/k", 1, "s3", headers={"etag": '"e1"'}),
        got("s3://b/k", 2, "s3", headers={"etag": '"e2"'}),
    )
    assert [each.facets["remote"]["etag"] for each in seen.used] == ["e2"]


def test_what_a_service_copied_is_an_input_and_an_output_of_one_content() -> None:
    seen = read(
        sent("s3://b/copy", "s3", copied_from="s3://b/k", etag='"e"'),
        got("s3://b/k", 1, "s3", headers={"etag": '"e"'}),
        got("s3://b/k", 1, "s3", sha256=DATA),
    )
    assert [each.name for each in seen.used] == ["s3://b/k"]
    assert seen.generated[0].sha256 == DATA
    assert [(each.made, each.of, each.relation) for each in seen.flows] == [
        ("s3://b/copy", "s3://b/k", "copied")
    ]


def test_native_code_leaves_an_address_and_a_gap() -> None:
    seen = read(
        Telling(1, "read", {"n": 1, "location": "s3a://b/k.parquet", "by": "polars.scan_parquet"}),
        Telling(1, "read", {"n": 2, "location": "https://h/a.csv", "by": "pandas.read_csv"}),
        Telling(1, "write", {"location": "s3://b/out.parquet", "by": "polars.write_parquet"}),
        Telling(1, "read", {"n": 3, "location": "/p/a.csv", "by": "pandas.read_csv"}),
        got("https://h/a.csv", 1, headers=CSV),
        got("https://h/a.csv", 1, sha256=DATA),
    )
    assert [(each.name, each.sha256) for each in seen.used] == [
        ("https://h/a.csv", DATA),
        ("s3://b/k.parquet", None),
    ]
    assert [each.name for each in seen.generated] == ["s3://b/out.parquet"]
    gap = seen.used[1].gap
    assert gap is not None
    assert "native code" in gap.reason


JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("uri", "headers", "size", "by", "data"),
    [
        ("https://h/x", {"content-type": "text/csv"}, 10, "", True),
        ("https://h/x", {"content-type": "application/octet-stream"}, 10, "thread", True),
        ("https://h/api", JSON, 100, "", False),
        ("https://h/api", JSON, 100_000, "", True),
        ("https://h/api", JSON, 100_000, "openai", False),
        ("https://h/api", JSON, 100_000, "sklearn", True),
        ("https://h/d.json", JSON, 100, "", True),
        ("https://h/d.csv", {"content-type": "text/csv"}, 9_000, "mlflow", False),
        ("https://h/page", {"content-type": "text/html"}, 9_000, "", True),
        ("https://h/x", {**JSON, "content-disposition": "attachment"}, 9, "", True),
    ],
)
def test_data_is_told_from_answers(
    uri: str, headers: dict[str, str], size: int, by: str, *, data: bool
) -> None:
    seen = read(got(uri, 1, headers=headers, by=by, method="GET"), got(uri, 1, size=size))
    assert bool(seen.used) is data


def test_calls_are_counted_by_service() -> None:
    seen = read(
        called("https://api.h/v1/chat?key=1", method="POST", by=""),
        called("https://api.h/v1/chat", method="POST", by=""),
        called("https://t.h/", method="POST", by="posthog"),
    )
    assert seen.calls == {
        "calls": [{"service": "http", "uri": "https://api.h", "method": "POST", "count": 2}],
        "told": 1,
    }


def test_what_is_not_whole_is_left_out() -> None:
    assert read(Telling(1, "remote", {"mode": "read"})) == RemoteSeen()
