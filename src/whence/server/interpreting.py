"""What arrived is read: records that say what arrivals mean, in the order in which they came.

Each is composed with the eyes of whoever sent it and held to what he may say, as if it were
composed when it came. One that cannot be read gets a record that says so, and is not tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from whence.errors import ForbiddenError, StoreError, UsageError, WhenceError
from whence.importers.openlineage.arriving import TYPE, meaning_of, read_payload, refusal_of
from whence.model.record import Record
from whence.recording.validate import validate
from whence.server.access.gate import Gate
from whence.server.access.permission import (
    EVERYWHERE,
    SERVICE,
    Permission,
    Principal,
    Role,
    home_project,
    may,
    read_role,
)
from whence.server.door import guarded
from whence.store.interface import Kept, Store, Writer

TURN = 32
"""How many arrivals are read in one transaction."""

_FAULTS = (WhenceError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What reading an event that came from outside may end in; errors of the store are not among it."""


def interpret(writer: Writer, gate: Gate, most: int = TURN) -> tuple[int, int]:
    """Say what the first arrivals mean; the place of the last one read (or -1), and how many.

    Args:
        writer: Of the store.
        gate: Whose rules hold for what is said.
        most: How many.
    """
    arrivals = writer.arrivals(most)
    for kept in arrivals:
        _interpret(kept, writer, gate)
    return (arrivals[-1].index if arrivals else -1), len(arrivals)


def interpret_all(store: Store, gate: Gate) -> None:
    """Say what all arrivals mean that a store holds."""
    with store.reading() as reader:
        left = reader.backlog().count
    while left:
        with store.writing() as writer:
            interpret(writer, gate)
            left = writer.backlog().count


def _interpret(kept: Kept, writer: Writer, gate: Gate) -> None:
    arrival = kept.record
    assert arrival is not None, "what was erased is not on the list"
    try:
        record = _meaning(arrival, writer, gate)
        validate(record, writer)
        writer.append(record)
    except StoreError:
        raise
    except _FAULTS as error:
        reason = error.message if isinstance(error, WhenceError) else "it cannot be understood"
        writer.append(refusal_of(arrival, reason, writer))


def _meaning(arrival: Record, writer: Writer, gate: Gate) -> Record:
    if arrival.type != TYPE:
        raise UsageError(f"nobody here reads what is of the type {arrival.type!r}")
    read = read_payload(arrival.payload)
    roles = {project: read_role(role) for project, role in read.roles.items()}
    sender = Principal("openlineage", SERVICE, MappingProxyType(roles))
    compose = meaning_of(arrival, read)
    if not may(sender, Permission.ADMIN, EVERYWHERE):
        (compose,) = guarded([compose], sender, gate)  # type: ignore[assignment]
    return replace(compose(writer, arrival.time), project=arrival.project)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an arrival says of its sender."""

    project: str
    """Where it belongs."""
    roles: Mapping[str, str]


def standing_of(principal: Principal) -> Standing:
    """What the arrivals of somebody say of him.

    Raises:
        ForbiddenError: he may not write where they would belong.
    """
    standing = _standing(principal.kind, tuple(principal.roles.items()))
    if standing is None:
        raise ForbiddenError(
            f"{principal.name} may not write in the shared project",
            hint="ask an admin for a role in a project",
        )
    return standing


@lru_cache(1_024)
def _standing(kind: str, roles: tuple[tuple[str, Role], ...]) -> Standing | None:
    principal = Principal("", kind, MappingProxyType(dict(roles)))
    home = home_project(principal)
    if not may(principal, Permission.WRITE, home):
        return None
    return Standing(home, MappingProxyType({project: role.value for project, role in roles}))
