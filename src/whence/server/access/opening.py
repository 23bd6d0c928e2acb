"""From what a server is started with to its gate; and the first token, printed once."""

from collections.abc import Iterable
from pathlib import Path

from whence.errors import UsageError
from whence.model.moment import now
from whence.server.access.claims import load_provider
from whence.server.access.gate import Gate
from whence.server.access.oidc import Provider
from whence.server.access.permission import EVERYWHERE, LOCAL, Mode, Permission, Role, may
from whence.server.access.register import principal_of
from whence.server.access.request_rules import host_name
from whence.server.access.token import BOOTSTRAP


def open_gate(folder: Path, mode: Mode, names: Iterable[str] = ()) -> Gate:
    """The gate of a server.

    Args:
        folder: The served ``.whence`` folder.
        mode: How the server makes sure who asks.
        names: Names that it answers to, besides those of this machine.

    Raises:
        UsageError: a name is none, or ``access.toml`` does not tell of a provider.
        StoreError: what is kept of access cannot be opened.
    """
    for each in names:
        if host_name(each) != each.lower() or not each:
            raise UsageError(
                f"{each!r} is not the name of a host", hint="without scheme, port and path"
            )
    provider = Provider(load_provider(folder)) if mode is Mode.OIDC else None
    allowed = frozenset(each.lower() for each in names)
    return Gate.open(folder, mode, names=allowed, provider=provider)


def first_token(gate: Gate) -> str:
    """A token that may do everything for a day, if nobody can let others in; else nothing."""
    if gate.mode is Mode.NONE or _has_admin(gate):
        return ""
    from whence.server.access.administration import Administration  # noqa: PLC0415  only once

    admin = Administration(gate.register, gate.log, LOCAL)
    _, secret = admin.create_token("bootstrap", BOOTSTRAP, roles={EVERYWHERE: Role.ADMIN})
    return secret


def _has_admin(gate: Gate) -> bool:
    at = now()
    known = [each.principal() for each in gate.register.tokens() if not each.refusal(at)]
    known += [principal_of(each, "") for each in gate.register.users()]
    rules = () if gate.provider is None else gate.provider.settings.rules
    if any(each.role is Role.ADMIN and each.project == EVERYWHERE for each in rules):
        return True
    return any(may(each, Permission.ADMIN, EVERYWHERE) for each in known)
