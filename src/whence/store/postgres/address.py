"""What the URL of a store in PostgreSQL says, and connections made from it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from whence.errors import StoreUnreachableError, UsageError, WhenceError

if TYPE_CHECKING:
    import psycopg

SCHEMA = "whence"
"""Where the tables lie unless the URL names another place: ``?schema=NAME``."""

_DEFAULTS = {"connect_timeout": "10", "application_name": "whence", "tcp_user_timeout": "30000"}
"""So that a server that is gone is noticed in seconds rather than hours."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store lies."""

    url: str
    """As libpq takes it: RFC 3986, ``postgresql://user@host:port/database?key=value``."""
    schema: str

    @property
    def shown(self) -> str:
        """The same for people: without a password."""
        parts = urlsplit(self.url)
        name = parts.hostname or "the local server"
        port = f":{parts.port}" if parts.port else ""
        return f"{name}{port}{parts.path}, schema {self.schema}"

    def connect(self) -> "psycopg.Connection[Any]":
        """A new connection, each statement a transaction of its own until told otherwise.

        Raises:
            StoreUnreachableError: the server does not answer, or does not let us in.
        """
        psycopg = driver()
        try:
            connection = psycopg.connect(self.url, autocommit=True, prepare_threshold=2)
            connection.execute(f"SET search_path TO {self.schema}")
        except psycopg.Error as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise StoreUnreachableError(
                f"the store in PostgreSQL ({self.shown}) cannot be reached: {said}",
                hint="is the server up, and are the address, the user and ~/.pgpass right?",
            ) from error
        return connection  # type: ignore[no-any-return]  # the driver is loaded late


def read_address(url: str) -> Address:
    """What a URL says.

    Raises:
        UsageError: it names no place for a store.
    """
    parts = urlsplit(url)
    told = dict(parse_qsl(parts.query, keep_blank_values=True))
    schema = told.pop("schema", SCHEMA)
    if not re.fullmatch("[a-z_][a-z0-9_]{0,62}", schema):
        raise UsageError(
            f"{schema!r} cannot be the schema of a store",
            hint="use lower-case letters, digits and '_': postgresql://…/DATABASE?schema=NAME",
        )
    query = urlencode(_DEFAULTS | told)
    return Address(f"postgresql://{parts.netloc}{parts.path}?{query}", schema)


def driver() -> Any:
    """The package that speaks to PostgreSQL, loaded when it is first needed.

    Raises:
        WhenceError: it is not installed.
    """
    try:
        import psycopg  # noqa: PLC0415  an extra
    except ImportError as error:
        raise WhenceError(
            "a store in PostgreSQL takes the package psycopg, which is not here",
            hint="pip install 'whence[postgres]'",
        ) from error
    return psycopg
