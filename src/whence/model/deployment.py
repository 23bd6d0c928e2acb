"""One interval of serving: what the statements of a deployment add up to.

A Deployment is a node per interval. Its facet ``deployment`` is stated when it begins, again
whenever its share or its address changes, and once more when it ends; nothing is ever taken back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FACET = "deployment"
"""The facet that tells it."""

_BEGINNING = frozenset({"environment", "version", "from", "by"})
"""What the statement that it began says."""

WHOLE = 100.0
"""All requests, in percent."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of the requests it got from a moment on."""

    since: str
    percent: float
    by: str


@dataclass(frozen=True, slots=True)
class Serving:
    """A version serving somewhere from one moment to another."""

    environment: str
    """Where: ``production-eu``."""
    version: str
    """What, by name: ``delay@3``."""
    since: str
    """RFC 3339 in UTC with milliseconds, as all its times."""
    by: str
    shares: tuple[Share, ...]
    """Every share it had, oldest first; never empty."""
    until: str | None = None
    """When it ended; ``None`` while it is live."""
    ended_by: str = ""
    reason: str = ""
    """Why it ended; empty where nobody said."""
    endpoint: str = ""
    """The address that it answers at; empty where nobody said."""
    service: str = ""
    """How the serving platform calls it, such as ``kserve:shop/churn``."""

    def is_live(self, at: str | None = None) -> bool:
        """Whether it serves now, or served at a moment."""
        if at is None:
            return self.until is None
        return self.since <= at and (self.until is None or at < self.until)

    def share(self, at: str | None = None) -> float:
        """Percent of the requests that it gets, or got at a moment; 0 where it is not live."""
        if not self.is_live(at):
            return 0.0
        return [each for each in self.shares if at is None or each.since <= at][-1].percent


def read_serving(statements: Iterable[Mapping[str, Any]]) -> Serving | None:
    """What the facets of a deployment come to; ``None`` where none says that it began.

    Args:
        statements: Their data, in the order in which they hold.
    """
    told: dict[str, str] = {}
    shares: list[Share] = []
    until: str | None = None
    for each in statements:
        # Records come from other stores too, and whoever wrote one may have written anything.
        said = {name: text for name, text in each.items() if isinstance(text, str)}
        percent = each.get("traffic")
        if isinstance(percent, int | float) and "at" in said:
            shares.append(Share(said["at"], float(percent), said.get("by", "")))
        # Two may have ended it, far from one another: it was over with the first.
        if "until" in said and (until is None or said["until"] < until):
            until = said["until"]
            told |= {name: said.get(name, "") for name in ("ended_by", "reason")}
        told |= {name: said[name] for name in ("endpoint", "service") if name in said}
        if said.keys() >= _BEGINNING and "environment" not in told:
            told |= {name: said[name] for name in _BEGINNING}
    if "environment" not in told or not shares:
        return None
    shares.sort(key=lambda each: each.since)
    return Serving(
        environment=told["environment"],
        version=told["version"],
        since=told["from"],
        by=told["by"],
        shares=tuple(shares),
        until=until,
        ended_by=told.get("ended_by", ""),
        reason=told.get("reason", ""),
        endpoint=told.get("endpoint", ""),
        service=told.get("service", ""),
    )


def percent_text(percent: float) -> str:
    """``20 %``, ``0.5 %``."""
    return f"{percent:g} %"
