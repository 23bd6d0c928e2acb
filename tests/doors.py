"""A served record with users and tokens of every kind, for tests of who may do what."""

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from whence.server.access.gate import Gate
from whence.server.access.limiter import FailureLimiter
from whence.server.access.permission import Mode, Role
from whence.server.access.token import new_secret
from whence.server.api import all_routes
from whence.server.app import build
from whence.server.routing import Route
from whence.server.service import Service
from whence.store.interface import Store

DAY = timedelta(days=1)


class Leaping:
    """A clock by which no two failures ever fall into one window."""

    def __init__(self) -> None:
        self._ticks = itertools.count(0, 1_000)

    def __call__(self) -> float:
        return next(self._ticks)


@contextmanager
def guarded_server(
    store: Store, folder: Path, mode: Mode = Mode.TOKENS
) -> Iterator[tuple[TestClient, Service]]:
    """A client without any token, and the service behind."""
    gate = Gate.open(folder, mode, limiter=FailureLimiter(Leaping()))
    service = Service(store, folder, gate)
    try:
        app = build(service, all_routes())
        with TestClient(
            app,
            base_url="http://127.0.0.1",
            raise_server_exceptions=False,
            follow_redirects=False,
        ) as client:
            yield client, service
    finally:
        service.close()


def token_of(service: Service, name: str, roles: Mapping[str, Role]) -> str:
    """A service's token that holds."""
    register = service.gate.register
    return register.create_token(name, by="test", span=DAY, roles=roles)[1]


def user_token(service: Service, name: str, roles: Mapping[str, Role]) -> str:
    """A token of a fresh user."""
    register = service.gate.register
    register.add_user(name, roles)
    return register.create_token(f"of-{name}", by="test", span=DAY, owner=name)[1]


def bad_tokens(service: Service) -> dict[str, str]:
    """What to send as ``Authorization`` that does not hold, by what is wrong with it."""
    register = service.gate.register
    roles = {"*": Role.ADMIN}
    _, revoked = register.create_token("revoked", by="test", span=DAY, roles=roles)
    register.revoke_token("revoked")
    _, expired = register.create_token("expired", by="test", span=timedelta(0), roles=roles)
    good = token_of(service, "good", roles)
    return {
        "none": "",
        "wrong": f"Bearer {new_secret()}",
        "nearly": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        "not one": "Bearer x",
        "revoked": f"Bearer {revoked}",
        "expired": f"Bearer {expired}",
        "basic": "Basic YWRtaW46YWRtaW4=",
        "bare": good,
    }


def filled(route: Route, value: str = "x") -> str:
    """A path that a route answers to."""
    return re.sub(r"\{[^}]+\}", value, route.path)


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
