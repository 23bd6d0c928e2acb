from dataclasses import replace
from typing import Any

import pytest

from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.diff.align import ThingPair, align
from whence.query.diff.comparison import Comparison
from whence.query.diff.side import read_side
from whence.query.diff.things import describe, look_inside, name_of, sha256_of, standing
from whence.testing.worlds import World, digest_of, file_seen, run_seen


@pytest.fixture
def world() -> World:
    unknown = replace(file_seen("gone.csv", "", NodeKind.DATASET), sha256=None, size=None)
    table = replace(file_seen("x.csv", "2", NodeKind.DATASET), table={"rows": 7, "columns": ["id"]})
    return World(
        run_seen("train", 1, used=(file_seen("x.csv", "1", NodeKind.DATASET), unknown)),
        run_seen("train", 2, used=(table,)),
    )


@pytest.fixture
def comparison(world: World) -> Comparison:
    a, b = (read_side(world.store, world.run("train", number)) for number in (1, 2))
    asked: dict[tuple[str, str], dict[str, Any]] = {
        (digest_of("1"), digest_of("2")): {"sentences": ["7 rows added"]}
    }
    return Comparison(
        a,
        b,
        align(a, b),
        lambda handle: account_for(world.store, handle),
        lambda _: None,
        lambda one, other, _: asked.get((one, other)),
        frozenset(),
    )


def test_how_a_pair_stands(world: World, comparison: Comparison) -> None:
    old, new, gone = world.thing("x.csv", 1), world.thing("x.csv"), world.thing("gone.csv")
    assert standing(comparison, ThingPair(old, new)) == "changed"
    assert standing(comparison, ThingPair(old, old)) == "same"
    assert standing(comparison, ThingPair(old, None)) == "only_in_a"
    assert standing(comparison, ThingPair(None, new)) == "only_in_b"
    assert standing(comparison, ThingPair(gone, new)) == "unknown"


def test_what_is_read_in_part_is_not_known_to_be_the_same(
    world: World, comparison: Comparison
) -> None:
    old, new = world.thing("x.csv", 1), world.thing("x.csv")
    assert standing(comparison, ThingPair(old, old), {"x.csv"}) == "unknown"
    assert standing(comparison, ThingPair(old, new), {"x.csv"}) == "changed"


def test_a_file_in_short(world: World, comparison: Comparison) -> None:
    told = describe(comparison, world.thing("x.csv"))
    assert told is not None
    assert (told["name"], told["kind"], told["rows"], told["size"]) == ("x.csv", "dataset", 7, 65)
    assert told["sha256"] == digest_of("2")
    assert describe(comparison, None) is None
    assert sha256_of(None) is None
    assert name_of(comparison, ThingPair(world.thing("gone.csv"), None)) == "gone.csv"


def test_tables_are_looked_into(world: World, comparison: Comparison) -> None:
    pair = ThingPair(world.thing("x.csv", 1), world.thing("x.csv"))
    assert look_inside(comparison, pair) == {"table": {"sentences": ["7 rows added"]}}
    assert look_inside(comparison, ThingPair(pair.b, pair.a)) == {}
    assert look_inside(comparison, ThingPair(world.thing("gone.csv"), pair.b)) == {}
