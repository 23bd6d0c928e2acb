"""What a server's refusals mean here: problem details (RFC 9457) as our own errors."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from whence import errors
from whence.errors import StoreError, WhenceError

MEDIA = "application/problem+json"

_KINDS: Mapping[str, type[WhenceError]] = MappingProxyType(
    {
        "bad-request": errors.UsageError,
        "unauthenticated": errors.StoreError,
        "forbidden": errors.StoreError,
        "not-found": errors.NotFoundError,
        "conflict": errors.ConflictError,
        "ambiguous": errors.AmbiguousError,
        "invalid-record": errors.InvalidRecordError,
        "too-many": errors.StoreUnreachableError,
        "unavailable": errors.StoreUnreachableError,
        "no-room": errors.StoreUnreachableError,
        "too-slow": errors.StoreUnreachableError,
    }
)
"""The last part of a problem's type → what it is here."""

_BY_STATUS: Mapping[int, str] = MappingProxyType(
    {
        400: "bad-request",
        401: "unauthenticated",
        403: "forbidden",
        404: "not-found",
        408: "too-slow",
        409: "conflict",
        422: "invalid-record",
        429: "too-many",
        502: "unavailable",
        503: "unavailable",
        504: "unavailable",
        507: "no-room",
    }
)

FOR_GOOD = frozenset({400, 409, 413, 415, 422})
"""With these what was sent is refused for what it is: sending it again changes nothing."""


class AnsweredError(Exception):
    """A status that is no success; whoever asked makes an error of it that fits."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.detail = str(told.get("detail") or told.get("title") or f"status {status}")
        self.hint = str(told.get("hint") or "")
        self.is_problem = bool(told)
        """Whether it says why, as a server of Whence does, and not what stands before one."""
        kind = str(told.get("type") or "").rpartition("/")[2]
        self.kind = kind if kind in _KINDS else _BY_STATUS.get(status, "")

    @property
    def is_for_good(self) -> bool:
        """Whether sending the same again would be refused again."""
        return self.is_problem and self.status in FOR_GOOD

    def as_error(self, url: str) -> WhenceError:
        """The error to raise for it."""
        if self.status == 401:
            return StoreError(
                f"{url} wants to know who you are: {self.detail}",
                hint=self.hint or f"`whence login {url}`, or set WHENCE_TOKEN",
            )
        if self.status == 403:
            return StoreError(f"{url} does not allow this: {self.detail}", hint=self.hint)
        if not self.is_problem and self.status < 500 and self.status not in {408, 429}:
            return StoreError(
                f"{url} answers with status {self.status}, but not as a server of Whence does",
                hint="check the address, and what stands between you and the server",
            )
        kind = _KINDS.get(self.kind)
        if kind is None:
            return StoreError(
                f"{url} failed: {self.detail}", hint=self.hint or "its log tells more"
            )
        if issubclass(kind, StoreError):
            return kind(f"{url} cannot answer now: {self.detail}", hint=self.hint or "try again")
        return kind(self.detail, hint=self.hint)


def read_problem(status: int, media: str, body: bytes) -> AnsweredError:
    """What a server said when it refused."""
    told: Any = None
    if media.partition(";")[0].strip().lower() in {MEDIA, "application/json"}:
        try:
            told = json.loads(body)
        except ValueError:
            told = None
    return AnsweredError(status, told if isinstance(told, dict) else {})
