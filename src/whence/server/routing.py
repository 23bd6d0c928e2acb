"""What a route is: a row of a table, from which the app and its description are made."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from whence import __version__
from whence.recording.recorder import Composer
from whence.server.access.permission import Permission, Principal
from whence.store.interface import Appended, Reader

if TYPE_CHECKING:
    from whence.server.service import Service


ANY_MEDIA = "*/*"
"""A route that takes whatever its body says it is, or says nothing of."""


class Words(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a query or a body may say; whatever else is said is refused by name."""


Ref = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=4_096,
        description="What is meant, in the shortest form that is unambiguous: a name, "
        "`name@version`, `name@alias`, `sha256:…`, an id or its first characters, `last`.",
    ),
]
"""A REF, which never names a file on the server's disk."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    body: Any = None
    """A JSON value, or bytes as they are; ``None`` is no body."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"


class NotModified(Exception):  # noqa: N818  not an error: the asker has the answer already
    """The asker's copy is still right."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class Call:
    """One request, understood: what the route's types made of it, and who asks."""

    __slots__ = (
        "behind",
        "body",
        "headers",
        "known",
        "path",
        "principal",
        "query",
        "scheme",
        "service",
        "tag",
        "target",
    )

    def __init__(  # noqa: PLR0913  all that a request consists of
        self,
        service: "Service",
        principal: Principal,
        *,
        path: Mapping[str, Any],
        query: Any = None,
        body: Any = None,
        target: str = "",
        known: str = "",
        headers: Mapping[bytes, bytes] | None = None,
        scheme: str = "http",
    ) -> None:
        self.service = service
        self.principal = principal
        self.path = path
        """The named parts of the path."""
        self.query = query
        self.body = body
        self.target = target
        """Path and query as they were asked."""
        self.known = known
        """``If-None-Match``: the tags of answers that the asker has."""
        self.headers: Mapping[bytes, bytes] = headers or {}
        """Names in lower case."""
        self.scheme = scheme
        self.behind = 0
        """How many arrivals the answer is without."""
        self.tag = ""
        """The tag of the answer, once the record was read for it."""

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One consistent moment of the record, as far as the asker may see it.

        The answer gets its tag from it: the ledger's head, the question and who asks.

        Raises:
            NotModified: the asker has the answer for this moment already.
        """
        with self.service.reading(self.principal, self._is_behind) as reader:
            head = reader.head()
            said = f"{__version__}\0{head.size}\0{self.target}\0{self.principal}"
            told = hashlib.sha256(head.root + said.encode("utf-8", "surrogateescape"))
            self.tag = f'W/"{told.hexdigest()[:32]}"'
            if self.known and (self.known == "*" or self.tag in self.known):
                raise NotModified(self.tag)
            yield reader

    def _is_behind(self, count: int) -> None:
        self.behind = count

    def keep(self, composers: Sequence[Composer]) -> list[Appended]:
        """Keep what the asker says, durably, all of it or nothing; see ``Service.keep``."""
        return self.service.keep(self.principal, composers)

    async def hand_in(self, composers: Sequence[Composer]) -> list[Appended]:
        """The same for coroutines."""
        return await self.service.hand_in(self.principal, composers)


Endpoint = Callable[[Call], Any]
"""A plain function, which runs in a worker thread, or a coroutine function, which must be quick."""


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked of the server."""

    method: str
    path: str
    """In Starlette's form: ``/api/v1/models/{model:path}``."""
    endpoint: Endpoint
    needs: Permission
    query: type | None = None
    """A ``Words`` class; ``None`` where nothing may be asked after the question mark."""
    body: type | None = None
    """A ``Words`` class, or ``bytes`` for whoever reads the body himself."""
    answer: type | str | None = None
    """A struct of msgspec, or the name of a schema in ``wire/schemas``."""
    media: tuple[str, ...] = ("application/json",)
    """Which types the body may have."""
    gzip: bool = False
    """Whether the body may come compressed; what it unpacks to is bounded."""
    status: int = 200
    """What a good answer has."""
