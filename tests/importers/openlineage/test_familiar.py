"""The quick way says what the careful way says, or leaves it to it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.openlineage.telling import dataset, event, facet
from importers.openlineage.test_real_events import ENDS, events
from whence.errors import WhenceError
from whence.importers.openlineage.arriving import arrival_of
from whence.importers.openlineage.familiar import LONGEST, Familiar
from whence.model.record import Record
from whence.server.reading import count_names, read_sorted

TIME = "2026-11-21T00:00:00.000Z"
ROLES = {"shop": "contributor"}


def carefully(data: bytes) -> Record:
    told, written = read_sorted(data)
    return arrival_of(told, TIME, "shop", ROLES, written=written)


def made() -> Familiar:
    return Familiar(read_sorted, count_names)


def quickly(familiar: Familiar, data: bytes) -> Record | None:
    return familiar.arrival_of(data, TIME, "shop", ROLES)


def usual() -> dict[str, Any]:
    schema = facet(fields=[{"name": "id", "type": "int"}])
    said = event(
        1,
        "COMPLETE",
        "nightly",
        [dataset("orders", schema=schema), dataset("customers", schema=schema)],
        [dataset("sales", schema=schema, dataSource=facet(name="shop", uri="duckdb://shop"))],
        run_facets={"nominalTime": facet(nominalStartTime="2026-11-20T00:00:00Z")},
        job_facets={"sql": facet(query="select *\n  from \"orders\" where name = 'O''Hara'")},
    )
    said["outputs"][0]["outputFacets"] = {"outputStatistics": facet(rowCount=10, size=2_000)}
    said["inputs"][0]["inputFacets"] = {}
    return said


def test_a_usual_event_is_known_again() -> None:
    familiar = made()
    data = json.dumps(usual()).encode()
    assert quickly(familiar, data) == quickly(familiar, data) == carefully(data)


def test_how_it_is_written_makes_no_difference() -> None:
    familiar = made()
    forms = [
        json.dumps(usual(), **how)
        for how in ({"indent": 2}, {"separators": (",", ":")}, {"sort_keys": True})
    ]
    assert len({quickly(familiar, each.encode()) for each in forms}) == 1
    assert quickly(familiar, forms[0].encode()) is not None


@pytest.mark.parametrize("producer", sorted(ENDS))
def test_real_events_are_taken_alike(producer: str) -> None:
    familiar = made()
    for told in events(producer) * 2:
        data = json.dumps(told).encode()
        found = quickly(familiar, data)
        assert found is None or found == carefully(data)


def test_what_is_secret_is_taken_out_each_time() -> None:
    familiar = made()
    told = usual()
    told["run"]["facets"]["mine"] = facet(password="hunter2-and-more")
    data = json.dumps(told).encode()
    for _ in range(2):
        found = quickly(familiar, data)
        assert found == carefully(data)
        assert found is not None
        assert "hunter2" not in found.payload


UNUSUAL = {
    "a name said twice": lambda text: text.replace('"producer"', '"run": {}, "producer"', 1),
    "a facet said twice": lambda text: text.replace(
        '"nominalTime"', '"nominalTime": {}, "nominalTime"', 1
    ),
    "a name twice in a facet": lambda text: text.replace('"rowCount"', '"size": 1, "rowCount"'),
    "a name twice, once with escapes": lambda text: text.replace(
        '"producer"', '"pr\\u006fducer": "x", "producer"'
    ),
    "a member that nobody knows": lambda text: text.replace('"producer"', '"mine": 1, "producer"'),
    "escapes outside the facets": lambda text: text.replace('"orders"', '"or\\u0064ers"', 1),
    "no zone": lambda text: text.replace("00.000Z", "00.000", 1),
    "no UUID": lambda text: text.replace('"runId": "', '"runId": "x'),
    "a facet that is none": lambda text: text.replace('"fields": [', '"fields": ["x", '),
    "a facet without a producer": lambda text: text.replace('"_producer"', '"producer"', 1),
    "no producer": lambda text: text.replace('"producer"', '"maker"', 1),
    "a producer that is no URI": lambda text: text.replace(
        '"producer": "https://', '"producer": "', 1
    ),
    "a kind that is none": lambda text: text.replace("COMPLETE", "DONE"),
    "more than 64 bits": lambda text: text.replace("2000", str(2**70)),
    "NaN": lambda text: text.replace("2000", "NaN"),
    "half a pair": lambda text: text.replace("duckdb://shop", "\\ud800"),
    "NUL": lambda text: text.replace("duckdb://shop", "\\u0000"),
    "not whole": lambda text: text[:-1],
    "too much": lambda text: text.replace("duckdb://shop", "x" * LONGEST),
    "deep": lambda text: text.replace("2000", "[" * 60 + "]" * 60),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_what_is_unusual_is_left_to_the_careful_way(what: str) -> None:
    text = json.dumps(usual())
    changed = UNUSUAL[what](text)
    assert changed != text
    familiar = made()
    quickly(familiar, text.encode())
    assert quickly(familiar, changed.encode()) is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["AKIAIOSFODNN7EXAMPLE", "https://u:hunter2@h/x", '":', "\\", "2026-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "password", '":', "é"]), inner, max_size=3)
    ),
    max_leaves=8,
)
FACETS = st.dictionaries(
    st.sampled_from(["schema", "sql", "mine", "nominalTime", "é", '"', "_deleted"]),
    st.dictionaries(st.sampled_from(["x", "query", "fields", "token"]), VALUES, max_size=3).map(
        lambda told: facet(**told)
    )
    | VALUES,
    max_size=3,
)


@given(
    slots=st.lists(FACETS, min_size=6, max_size=6),
    compact=st.booleans(),
    ascii_only=st.booleans(),
    name=st.text(max_size=8),
)
def test_whatever_is_said_is_taken_alike(
    slots: list[dict[str, Any]], compact: bool, ascii_only: bool, name: str
) -> None:
    run, job, read, reading, written, writing = slots
    told = event(1, "START", "r", [dataset(name)], [dataset("b")], run_facets=run, job_facets=job)
    told["inputs"][0] |= {"facets": read, "inputFacets": reading}
    told["outputs"][0] |= {"facets": written, "outputFacets": writing}
    separators = (",", ":") if compact else (" , ", " : ")
    data = json.dumps(told, separators=separators, ensure_ascii=ascii_only).encode(
        errors="surrogatepass"
    )
    familiar = made()
    for _ in range(2):
        found = quickly(familiar, data)
        if found is not None:
            assert found == carefully(data)


def test_what_is_refused_is_never_let_pass() -> None:
    told = usual()
    told["job"]["facets"]["sql"] = facet(query=17)
    data = json.dumps(told).encode()
    with pytest.raises(WhenceError):
        carefully(data)
    assert quickly(made(), data) is None


def test_more_facets_than_are_remembered_change_nothing() -> None:
    familiar = made()
    first = json.dumps(usual()).encode()
    wanted = quickly(familiar, first)
    for number in range(5_000):
        told = event(1, "START", "r", run_facets={"mine": facet(number=number)})
        assert quickly(familiar, json.dumps(told).encode()) is not None
    assert quickly(familiar, first) == wanted
    assert familiar.count <= 4_096
