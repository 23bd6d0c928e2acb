import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.semantics.addresses import address_of, is_elsewhere, public_uri


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("https://ada:pw@example.org/a.csv", "https://example.org/a.csv"),
        ("https://Example.org:8443/a.csv?v=2#top", "https://example.org:8443/a.csv?v=2"),
        ("https://h/a?X-Amz-Signature=1&X-Amz-Date=2&part=7", "https://h/a?part=7"),
        ("https://h/a?sv=1&sig=abc&se=2026", "https://h/a"),
        ("https://h/a?api_key=k123&year=2025", "https://h/a?year=2025"),
        ("https://h/a?access_token=k", "https://h/a"),
        ("s3a://lake/in/d.csv", "s3://lake/in/d.csv"),
        ("gcs://lake/d.csv", "gs://lake/d.csv"),
        ("abfs://box/d.csv", "az://box/d.csv"),
        ("abfss://box@acct.dfs.core.windows.net/d.csv", "az://box/d.csv"),
        ("postgres://ada:pw@db:5432/shop", "postgresql://db:5432/shop"),
        ("hf://org/model@main/config.json", "hf://org/model@main/config.json"),
    ],
)
def test_an_address_says_what_and_not_who(asked: str, shown: str) -> None:
    assert public_uri(asked) == shown
    assert public_uri(shown) == shown


@pytest.mark.parametrize(
    ("asked", "headers", "uri", "service"),
    [
        ("https://lake.s3.amazonaws.com/a/b.csv", {}, "s3://lake/a/b.csv", "s3"),
        ("https://lake.s3.eu-west-1.amazonaws.com/b%20c", {}, "s3://lake/b c", "s3"),
        ("https://s3.eu-west-1.amazonaws.com/lake/b", {}, "s3://lake/b", "s3"),
        (
            "https://storage.googleapis.com/download/storage/v1/b/lake/o/a%2Fb.csv?alt=media",
            {},
            "gs://lake/a/b.csv",
            "gcs",
        ),
        ("https://storage.googleapis.com/lake/a/b.csv", {}, "gs://lake/a/b.csv", "gcs"),
        (
            "http://127.0.0.1:9/download/storage/v1/b/l/o/k?alt=media",
            {},
            "gs://l/k",
            "gcs",
        ),
        ("https://acct.blob.core.windows.net/box/k?sig=x", {}, "az://box/k", "azure"),
        (
            "http://127.0.0.1:9/devstoreaccount1/box/k",
            {"x-ms-blob-type": "BlockBlob"},
            "az://box/k",
            "azure",
        ),
        ("http://127.0.0.1:9/devstoreaccount1/box/k", {}, None, "http"),
        ("https://h/storage/v1/b/l/o/k", {}, None, "http"),
    ],
)
def test_objects_are_known_behind_their_web_addresses(
    asked: str, headers: dict[str, str], uri: str | None, service: str
) -> None:
    found = address_of(asked, headers)
    assert (found.uri, found.service) == (uri or asked, service)


def test_something_that_only_speaks_like_a_service_is_named() -> None:
    found = address_of("http://127.0.0.1:9/download/storage/v1/b/l/o/k?alt=media", {})
    assert found.facts == {"endpoint": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("location", "elsewhere"),
    [("/p/a.csv", False), ("file:///p/a", False), ("s3://b/k", True), ("https://h/a", True)],
)
def test_what_lies_on_this_machine_is_not_elsewhere(location: str, *, elsewhere: bool) -> None:
    assert is_elsewhere(location) is elsewhere


@given(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{}://{}:{}@{}/{}?{}".format,
            st.sampled_from(["http", "https", "s3", "postgresql", "abfs"]),
            st.from_regex(r"[a-z]{1,8}", fullmatch=True),
            st.just("hunter2pass"),
            st.from_regex(r"[a-z.]{1,12}", fullmatch=True),
            st.from_regex(r"[a-z/%0-9]{0,12}", fullmatch=True),
            st.from_regex(r"[a-z=&%]{0,12}", fullmatch=True),
        ),
    )
)
def test_any_address_is_shown_without_its_password(uri: str) -> None:
    shown = public_uri(uri)
    assert "hunter2pass" not in shown
    assert address_of(uri, {}).uri is not None
