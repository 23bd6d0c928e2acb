"""Where a thing came from, what it led to, and how two things are connected."""

from typing import Annotated, Literal

from msgspec import Meta

from whence.query.columns import columns_json, read_columns
from whence.query.lineage import DEFAULT_LIMIT, lineage_json, read_lineage
from whence.query.route import route
from whence.server.access.permission import Permission
from whence.server.looking import AsOf, looking_back
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import find
from whence.store.interface import Direction


class Walk(Words):
    """What is asked of a walk."""

    ref: Ref
    limit: Annotated[
        int, Meta(ge=1, le=100_000, description="How many nodes the answer may hold.")
    ] = DEFAULT_LIMIT
    as_of: AsOf = ""


class ColumnWalk(Words):
    """What is asked of a column."""

    ref: Ref
    column: Annotated[str, Meta(min_length=1, description="The column's name.")]
    direction: Annotated[
        Literal["upstream", "downstream"], Meta(description="To its origins, or to its effects.")
    ] = "upstream"


class Ends(Words):
    """Two things."""

    a: Ref
    b: Ref


def trace(call: Call) -> Reply:
    """Tell where a thing came from, as `whence trace --json` does."""
    return _walk(call, Direction.ORIGINS)


def impact(call: Call) -> Reply:
    """Tell what came from a thing, as `whence impact --json` does."""
    return _walk(call, Direction.EFFECTS)


def path(call: Call) -> Reply:
    """Tell the shortest way from one thing back to another; without nodes where there is none."""
    with call.reading() as reader:
        return Reply(route(reader, find(reader, call.query.a), find(reader, call.query.b)))


def columns(call: Call) -> Reply:
    """Tell where a column of a dataset came from, or what came of it.

    As `whence trace DATASET#COLUMN --json` and `whence impact DATASET#COLUMN --json` do.
    """
    asked = call.query
    direction = Direction.ORIGINS if asked.direction == "upstream" else Direction.EFFECTS
    with call.reading() as reader:
        answer = read_columns(reader, find(reader, asked.ref), asked.column, direction)
        return Reply(columns_json(answer))


def _walk(call: Call, direction: Direction) -> Reply:
    with call.reading() as present, looking_back(present, call.query.as_of) as reader:
        root = find(reader, call.query.ref)
        lineage = read_lineage(reader, root, direction, limit=call.query.limit)
        return Reply(lineage_json(lineage))


ROUTES = (
    Route("GET", "/api/v1/trace", trace, Permission.READ, query=Walk, answer="lineage-1"),
    Route("GET", "/api/v1/impact", impact, Permission.READ, query=Walk, answer="lineage-1"),
    Route("GET", "/api/v1/columns", columns, Permission.READ, query=ColumnWalk, answer="columns-1"),
    Route("GET", "/api/v1/path", path, Permission.READ, query=Ends, answer="route-1"),
)
