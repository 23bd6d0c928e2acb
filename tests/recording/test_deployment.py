import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import NotFoundError, UsageError
from whence.model.deployment import read_serving
from whence.model.identity import NodeId
from whence.query.account import describe
from whence.query.deployments import (
    all_deployments,
    deployments_json,
    live_one,
    reached_deployments,
)
from whence.recording.deployment import Deploy, Undeploy
from whence.recording.observation import ActorSeen
from whence.recording.registry.registration import Registration
from whence.testing.worlds import World, pipeline
from whence.wire.schema import load_schema

ADA = ActorSeen("ada", "person")
EU = "production-eu"


@pytest.fixture
def world() -> World:
    return made()


def made() -> World:
    """Three versions of one model and one of another."""
    world = World(*pipeline())
    (model,) = world.store.nodes([world.thing("models/delay.joblib")])
    for name in ("delay", "delay", "delay", "other"):
        world.recorder.record([Registration(name, model.id, ADA, "tests").compose])
    return world


def id_of(world: World, name: str) -> NodeId:
    return world.store.nodes(world.store.named(name)[:1])[0].id


def deploy(world: World, name: str, environment: str = EU, **more: Any) -> Deploy:
    done = Deploy(id_of(world, name), environment, ADA, "tests", **more)
    world.recorder.record([done.compose])
    return done


def undeploy(world: World, name: str, **more: Any) -> None:
    handle = world.store.named(name)[0]
    chosen = live_one(world.store, handle, None)
    world.recorder.record([Undeploy((chosen.node.id,), ADA, "tests", **more).compose])


def shares(world: World) -> dict[str, float]:
    told = deployments_json(all_deployments(world.store), live=True)["deployments"]
    return {f"{each['environment']}/{each['version']['name']}": each["traffic"] for each in told}


def test_a_version_that_takes_all_requests_ends_what_was_live_there(world: World) -> None:
    deploy(world, "delay@1")
    done = deploy(world, "delay@2")
    assert shares(world) == {f"{EU}/delay@2": 100}
    assert [(each.version, each.what, each.before) for each in done.changes] == [
        ("delay@2", "began", 0),
        ("delay@1", "ended", 100),
    ]


def test_other_models_and_other_places_are_left_alone(world: World) -> None:
    deploy(world, "delay@1", "production-us")
    deploy(world, "other@1")
    deploy(world, "delay@2")
    assert shares(world) == {
        "production-us/delay@1": 100,
        f"{EU}/other@1": 100,
        f"{EU}/delay@2": 100,
    }


def test_one_that_takes_a_part_leaves_the_rest_to_the_one_before(world: World) -> None:
    deploy(world, "delay@1")
    deploy(world, "delay@2", traffic=20)
    assert shares(world) == {f"{EU}/delay@1": 80, f"{EU}/delay@2": 20}
    deploy(world, "delay@2", traffic=100)
    assert shares(world) == {f"{EU}/delay@2": 100}
    assert len(all_deployments(world.store)) == 2


def test_shares_that_do_not_fit_are_refused_with_the_shares_that_are(world: World) -> None:
    deploy(world, "delay@1")
    deploy(world, "delay@2", traffic=20)
    before = world.store.head()
    with pytest.raises(UsageError, match="delay@1 80 %, delay@2 20 %"):
        deploy(world, "delay@3", traffic=30)
    assert world.store.head() == before


@pytest.mark.parametrize("traffic", [-1.0, 100.5, math.nan, math.inf])
def test_a_share_that_cannot_be_is_refused(world: World, traffic: float) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        deploy(world, "delay@1", traffic=traffic)


@pytest.mark.parametrize("place", ["", "a b", "é", "/x", "x" * 101])
def test_a_place_that_cannot_be_named_is_refused(world: World, place: str) -> None:
    with pytest.raises(UsageError, match="cannot name an environment"):
        deploy(world, "delay@1", place)


def test_a_thing_that_is_no_version_is_not_deployed(world: World) -> None:
    with pytest.raises(UsageError, match="a model cannot be deployed"):
        deploy(world, "models/delay.joblib")


def test_what_has_ended_is_not_ended_again(world: World) -> None:
    deploy(world, "delay@1")
    undeploy(world, "delay@1", reason="roll-back")
    (ended,) = all_deployments(world.store)
    assert (ended.serving.is_live(), ended.serving.reason) == (False, "roll-back")
    with pytest.raises(UsageError, match="ended at"):
        world.recorder.record([Undeploy((ended.node.id,), ADA, "tests").compose])


def test_what_was_live_at_a_moment_is_told(world: World) -> None:
    first, second, third = (f"2026-03-0{day}T10:00:00.000Z" for day in (1, 2, 3))
    deploy(world, "delay@1", at=first)
    deploy(world, "delay@2", traffic=20, at=second)
    deploy(world, "delay@2", at=third)
    found = all_deployments(world.store)

    def live(at: str) -> Mapping[str, float]:
        told = deployments_json(found, live=True, at=at)["deployments"]
        return {each["version"]["name"]: each["traffic"] for each in told}

    assert live("2026-02-28T00:00:00.000Z") == {}
    assert live("2026-03-01T12:00:00.000Z") == {"delay@1": 100}
    assert live("2026-03-02T12:00:00.000Z") == {"delay@1": 80, "delay@2": 20}
    assert live(third) == {"delay@2": 100}


def test_a_moment_before_the_beginning_is_refused(world: World) -> None:
    deploy(world, "delay@1")
    with pytest.raises(UsageError, match="later than"):
        undeploy(world, "delay@1", at="2020-01-01T00:00:00.000Z")
    with pytest.raises(UsageError, match="not a moment that has been"):
        deploy(world, "delay@2", at="2999-01-01T00:00:00.000Z")


def test_secrets_in_an_address_are_not_kept(world: World) -> None:
    deploy(world, "delay@1", endpoint="https://ada:hunter2hunter2@models.example/delay")
    (told,) = all_deployments(world.store)
    assert "hunter2" not in told.serving.endpoint
    assert "models.example" in told.serving.endpoint


def test_impact_arrives_at_what_is_live_and_at_what_has_ended(world: World) -> None:
    deploy(world, "delay@1")
    deploy(world, "delay@2")
    found = reached_deployments(world.store, world.thing("data/flights.csv"))
    assert [(each.version.name, each.serving.is_live()) for each in found] == [
        ("delay@2", True),
        ("delay@1", False),
    ]
    assert reached_deployments(world.store, world.thing("reports/metrics.json")) == []


def test_the_account_of_a_version_lists_its_deployments(world: World) -> None:
    from jsonschema import Draft202012Validator

    deploy(world, "delay@1", service="kserve:shop/delay", tags={"team": "a"})
    told = describe(world.store, world.store.named("delay@1")[0])
    assert [each["environment"] for each in told["deployments"]] == [EU]
    itself = describe(world.store, world.store.named(f"{EU}/delay@1")[0])
    assert (itself["state"], itself["service"]) == ("live", "kserve:shop/delay")
    for each in (told, itself):
        Draft202012Validator(load_schema("thing-1")).validate(each)
    answer = deployments_json(all_deployments(world.store))
    Draft202012Validator(load_schema("deployments-1")).validate(answer)


def test_shares_that_two_places_gave_are_told_not_mended(world: World) -> None:
    deploy(world, "delay@1", traffic=40)
    told = deployments_json(all_deployments(world.store))
    assert told["notes"] == [
        f"{EU}: 60 % of the requests for delay go to no version that is recorded"
    ]


_STATEMENTS = st.lists(
    st.fixed_dictionaries(
        {"at": st.integers(0, 9).map(lambda day: f"2026-03-0{day}T00:00:00.000Z")},
        optional={
            "traffic": st.integers(0, 100),
            "environment": st.just(EU),
            "version": st.just("delay@1"),
            "by": st.just("ada"),
            "from": st.just("2026-03-00T00:00:00.000Z"),
            "until": st.integers(0, 9).map(lambda day: f"2026-03-0{day}T00:00:00.000Z"),
        },
    ),
    max_size=6,
)


@given(_STATEMENTS, st.randoms())
def test_a_deployment_is_over_with_the_first_end_in_whatever_order_it_is_told(
    statements: list[dict[str, Any]], chance: Any
) -> None:
    begin = {
        "at": "2026-03-00T00:00:00.000Z",
        "traffic": 100,
        "environment": EU,
        "version": "delay@1",
        "by": "ada",
        "from": "2026-03-00T00:00:00.000Z",
    }
    ends = [each["until"] for each in statements if "until" in each]
    told = [begin, *statements]
    one = read_serving(told)
    chance.shuffle(told)
    other = read_serving(told)
    assert one is not None
    assert other is not None
    assert one.until == other.until == min(ends, default=None)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["delay@1", "delay@2", "delay@3", "other@1"]),
            st.sampled_from([EU, "us"]),
            st.sampled_from([None, 0, 10, 40, 60, 100]),
        ),
        max_size=10,
    )
)
def test_whatever_is_deployed_no_place_gives_out_more_than_all_requests(
    plan: list[tuple[str, str, float | None]],
) -> None:
    world = made()
    for name, place, traffic in plan:
        with suppress(UsageError, NotFoundError):
            if traffic is None:
                handle = world.store.named(name)[0]
                chosen = live_one(world.store, handle, place)
                world.recorder.record([Undeploy((chosen.node.id,), ADA, "tests").compose])
            else:
                deploy(world, name, place, traffic=traffic)
        sums: dict[tuple[str, str], float] = {}
        for its, share in shares(world).items():
            where = its.rpartition("@")[0]
            sums[its.split("/")[0], where] = sums.get((its.split("/")[0], where), 0) + share
        assert all(total <= 100 for total in sums.values())
    live = [each for each in all_deployments(world.store) if each.serving.is_live()]
    places = [(each.serving.environment, each.version.id) for each in live]
    assert len(places) == len(set(places))
