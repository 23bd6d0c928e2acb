import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.recording.places import Place, names_of, place_at, place_of


@pytest.mark.parametrize(
    ("namespace", "name", "called"),
    [
        ("file", "/data/a.csv", "/data/a.csv"),
        ("file", "/data/folder/", "/data/folder"),
        ("file://", "/data/a.csv", "/data/a.csv"),
        ("file:///data", "a.csv", "/data/a.csv"),
        ("file://host7", "/data/a.csv", "file://host7/data/a.csv"),
        ("duckdb:///srv/w.duckdb", "w.main.orders", "duckdb:///srv/w.duckdb#main.orders"),
        ("duckdb:///srv/w.duckdb", '"w"."main"."orders"', "duckdb:///srv/w.duckdb#main.orders"),
        ("duckdb:///srv/w.duckdb", "orders", "duckdb:///srv/w.duckdb#main.orders"),
        ("sqlite:///srv/w.db", "main.Orders", "sqlite:///srv/w.db#main.orders"),
        ("postgres://DB:5432", "shop.public.orders", "postgresql://db:5432/shop#public.orders"),
        ("postgresql://db:5432", "shop.public.orders", "postgresql://db:5432/shop#public.orders"),
        ("mysql://db:3306", "shop.orders", "mysql://db:3306/shop#orders"),
        ("snowflake://acme", "shop.public.orders", "snowflake://acme/SHOP#PUBLIC.ORDERS"),
        ("bigquery", "project.shop.orders", "bigquery://project/shop#orders"),
        ("s3a://bucket", "/a/b.parquet", "s3://bucket/a/b.parquet"),
        ("s3://bucket", "a/table/", "s3://bucket/a/table"),
        ("gs://bucket", "a", "gs://bucket/a"),
        ("abfss://box@acme.dfs.core.windows.net", "/a/b", "az://box/a/b"),
        ("kafka://broker:9092", "orders", "kafka://broker:9092/orders"),
        ("shop", "driver_stats", "shop/driver_stats"),
        ("hamilton", "/out/a.csv", "/out/a.csv"),
        ("hamilton", "s3://bucket/a", "s3://bucket/a"),
    ],
)
def test_one_place_has_one_name(namespace: str, name: str, called: str) -> None:
    assert place_of(namespace, name).name == called


@pytest.mark.parametrize(
    ("location", "namespace", "name"),
    [
        ("file:///data/a%20b.csv", "file", "/data/a b.csv"),
        ("postgresql://db:5432/shop#public.orders", "postgres://db:5432", "shop.public.orders"),
        ("postgresql://db:5432/shop#public.Orders", "postgres://db:5432", "shop.public.orders"),
        ("s3://bucket/a/b.parquet", "s3a://bucket", "a/b.parquet"),
        ("duckdb:///srv/w.duckdb#main.orders", "duckdb:///srv/w.duckdb", "w.main.orders"),
    ],
)
def test_a_captured_address_and_a_told_name_are_one_place(
    location: str, namespace: str, name: str
) -> None:
    assert place_at(location).id == place_of(namespace, name).id


def test_a_table_knows_the_file_that_holds_it() -> None:
    assert place_of("duckdb:///srv/w.duckdb", "w.main.a").inside == "file:///srv/w.duckdb"
    assert place_of("duckdb://:memory:", "memory.main.a").inside == ""


def test_a_file_may_go_by_any_end_of_its_path() -> None:
    names = list(names_of(place_of("file", "/home/ada/shop/data/a.csv")))
    assert names == [
        "/home/ada/shop/data/a.csv",
        "a.csv",
        "data/a.csv",
        "shop/data/a.csv",
        "ada/shop/data/a.csv",
        "home/ada/shop/data/a.csv",
    ]


@given(st.text(max_size=40), st.text(max_size=60))
def test_every_name_is_some_place(namespace: str, name: str) -> None:
    place = place_of(namespace, name)
    assert isinstance(place, Place)
    assert next(iter(names_of(place))) == place.name
