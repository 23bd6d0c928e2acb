"""The nouns themselves: identity, digests, the edge table, states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.model.digest import Digest
from whence.model.edge import EDGE_RULES, EdgeKind
from whence.model.identity import derived_id, is_id, new_id
from whence.model.moment import read_moment
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.model.run import TRANSITIONS, RunState, outcome_state


def test_ids_are_new_each_time_and_have_one_form() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_id(each) for each in ids)
    assert not is_id("0" * 31)
    assert not is_id("G" * 32)


@given(
    st.lists(st.text(st.characters(codec="utf-8"))), st.lists(st.text(st.characters(codec="utf-8")))
)
def test_derived_ids_are_equal_exactly_for_equal_parts(a: list[str], b: list[str]) -> None:
    assert (derived_id(*a) == derived_id(*b)) == (a == b)
    assert is_id(derived_id(*a))


@pytest.mark.parametrize("text", ["", "a" * 63, "A" * 64, "g" * 64, "sha256:" + "a" * 64])
def test_a_digest_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Digest(text)


def test_artifacts_are_the_kinds_with_content() -> None:
    assert {kind for kind in NodeKind if Node(new_id(), kind, "x").is_artifact} == ARTIFACT_KINDS
    assert NodeKind.RUN not in ARTIFACT_KINDS


def test_every_kind_of_edge_has_its_row() -> None:
    assert set(EDGE_RULES) == set(EdgeKind)
    assert all(rule.origins and rule.targets for rule in EDGE_RULES.values())


@pytest.mark.parametrize(
    ("status", "signal", "state"),
    [
        (0, None, RunState.COMPLETED),
        (1, None, RunState.FAILED),
        (None, "SIGKILL", RunState.KILLED),
        (None, None, RunState.UNKNOWN),
    ],
)
def test_an_exit_tells_a_state(status: int | None, signal: str | None, state: RunState) -> None:
    assert outcome_state(status, signal) is state


def test_what_has_ended_stays_ended() -> None:
    ended = {RunState.COMPLETED, RunState.FAILED, RunState.KILLED}
    assert all(not TRANSITIONS[state] for state in ended)
    assert ended < TRANSITIONS[RunState.RUNNING]
    assert TRANSITIONS[RunState.UNKNOWN] == ended


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-03T14:05Z", "2026-03-03T14:05:00.000Z"),
        ("2026-03-03T14:05", "2026-03-03T14:05:00.000Z"),
        ("2026-03-03 14:05:06.7891+02:00", "2026-03-03T12:05:06.789Z"),
        (" 20260303T1405Z ", "2026-03-03T14:05:00.000Z"),
        ("2026-03-03", "2026-03-03T23:59:59.999Z"),
        ("20260303", "2026-03-03T23:59:59.999Z"),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, moment: str) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "14:05", "0001-01-01T00:00+14:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no moment"):
        read_moment(text)
