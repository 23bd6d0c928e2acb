"""Which runs other trackers keep of this one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from whence.capture.agent.reports import Telling
from whence.recording.redact import redact_text, redact_url

MOST = 500
"""How many links a record says of one run."""


def read_links(
    told: Iterable[Telling], name_of: Callable[[str], str]
) -> tuple[dict[str, Any], ...]:
    """Each ``{"system", "id", "uri", "name", …}``, once, in order.

    Args:
        told: What was told.
        name_of: How the workspace calls a path; a tracker may call its runs by their folders.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in told:
        fields = each.fields
        if each.event != "link" or not isinstance(fields.get("id"), str):
            continue
        system, run = str(fields.get("system") or ""), fields["id"]
        called = name_of(run) if run.startswith("/") else run
        link = {"system": system, "id": called, "uri": redact_url(str(fields.get("uri") or ""))}
        for name, value in fields.items():
            if name not in _FRAME and value not in (None, ""):
                link[name] = redact_text(value) if isinstance(value, str) else value
        found.setdefault((system, called), {}).update(link)
    return tuple(list(found.values())[:MOST])


_FRAME = frozenset({"event", "system", "id", "uri"})


def labels_of(told: Iterable[Telling]) -> Mapping[str, str]:
    """How people call the trackers' runs, by the ids under which metrics speak of them."""
    return {
        str(each.fields.get("id")): str(each.fields["name"])
        for each in told
        if each.event == "link" and each.fields.get("name")
    }
