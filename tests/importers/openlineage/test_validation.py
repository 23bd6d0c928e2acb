from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.openlineage.telling import event, facet
from whence.errors import WireError
from whence.importers.openlineage.event import moment, read_event
from whence.importers.openlineage.validation import check_event, standard_facets


def test_every_standard_facet_is_known_by_its_slot() -> None:
    known = standard_facets()
    assert len({key for _, key in known}) == 33
    for slot in ("dataset", "job"):
        assert known[slot, "lineage"].endswith(f"Lineage{slot.capitalize()}Facet")
    assert known["run", "tags"] != known["dataset", "tags"] != known["job", "tags"]


def test_what_real_producers_leave_out_is_told_and_let_pass() -> None:
    told = event(1, "START", "a", run_facets={"custom": {"x": 1}})
    del told["schemaURL"]
    told["producer"] = "feast"
    assert read_event(told).oddities == (
        "/run/facets/custom/_producer",
        "/run/facets/custom/_schemaURL",
        "/schemaURL",
        "/producer is no URI",
    )


def test_a_standard_facet_is_held_to_its_own_schema() -> None:
    told = event(1, "START", "a", run_facets={"nominalTime": facet()})
    with pytest.raises(WireError, match=r"/run/facets/nominalTime.*nominalStartTime"):
        check_event(told)


@pytest.mark.parametrize(
    ("text", "read", "zoned"),
    [
        ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00.000000Z", True),
        ("2026-11-20T09:30:00.5+02:00", "2026-11-20T07:30:00.500000Z", True),
        ("2026-11-20T09:30:00.123456789Z", "2026-11-20T09:30:00.123456Z", True),
        ("2026-11-20T09:30:00", "2026-11-20T09:30:00.000000Z", False),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z", True),
        ("2999-12-31T23:59:59Z", "2999-12-31T23:59:59.000000Z", True),
    ],
)
def test_times_as_they_come(text: str, read: str, *, zoned: bool) -> None:
    assert moment(text, "/eventTime") == (read, zoned)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(event(1, "START", "a"))), JSON)
def test_a_spoilt_event_is_read_or_refused_in_words(field: str, value: Any) -> None:
    told = {**event(1, "START", "a"), field: value}
    said = ""
    try:
        said = read_event(told).sort
    except WireError as error:
        said = error.message
    assert said
