"""Entries of other ledgers on their way into this one.

They are kept as they came, through the door, all or none. One that tells an event which another
entry here tells is retold, and so is that one: of its own entry the server says it in its own name,
whoever made it necessary.
"""

import asyncio
from collections.abc import Mapping, Sequence

from whence.errors import ConflictError
from whence.model.record import Record
from whence.recording.recorder import Composer
from whence.server.access.permission import Principal
from whence.server.service import Service
from whence.sync.receiving import Brought, composers
from whence.sync.retelling import SALT, Again, find_again
from whence.sync.travelling import Arrived


async def bring(
    service: Service, principal: Principal, arrived: Sequence[Arrived], project: str
) -> list[Brought]:
    """Keep entries, and what those say that tell again what others here tell.

    Args:
        service: Where.
        principal: Who brings them.
        arrived: The entries, with their bodies.
        project: Whose they are that name none.

    Raises:
        ConflictError: one has the id of another one here, and says something else.
        ForbiddenError: the principal may not say one of them.
        InvalidRecordError: one breaks a rule.
    """
    again: dict[int, Again] = {}
    while True:
        try:
            return await _write(service, principal, arrived, project, again)
        except ConflictError:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(service.threads, _again, service, arrived)
            if found.keys() == again.keys():
                raise
            again = found  # what was told meanwhile, too


def _again(service: Service, arrived: Sequence[Arrived]) -> dict[int, Again]:
    """Which entries tell what others here tell, whoever may see those.

    Raises:
        ConflictError: one has the id of another one, and says something else.
    """
    with service.store.reading() as reader:
        found = {at: find_again(reader, each) for at, each in enumerate(arrived) if each.record}
    return {at: each for at, each in found.items() if each is not None}


async def _write(
    service: Service,
    principal: Principal,
    arrived: Sequence[Arrived],
    project: str,
    again: Mapping[int, Again],
) -> list[Brought]:
    own = [record for each in again.values() for record in each.own]
    steps: list[tuple[int, Composer, bytes | None]] = []
    for at, (each, compose) in enumerate(zip(arrived, composers(arrived), strict=True)):
        if at in again:
            steps += [(at, _saying(record), SALT) for record in again[at].came]
        else:
            steps.append((at, compose, each.salt))
    kept = await service.bring(
        principal,
        [compose for _, compose, _ in steps],
        project=project,
        salts=[salt for _, _, salt in steps],
        travelled=True,
        before=[(_saying(record), SALT) for record in own],
    )
    told = {at: each for (at, _, _), each in zip(steps, kept, strict=True)}
    return [
        Brought(again[at].place, at in told and told[at].fresh, again=True)
        if at in again
        else Brought(told[at].index, told[at].fresh)
        for at in range(len(arrived))
    ]


def _saying(record: Record) -> Composer:
    return lambda _reader, _time: record
