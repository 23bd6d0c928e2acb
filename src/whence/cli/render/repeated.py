"""That a run does another one again, and what doing it again came to, in ``whence show``."""

from collections.abc import Mapping, Sequence
from typing import Any

from whence.cli.render.text import cut
from whence.drawing.figures import moment


def purpose_text(reproduction: Mapping[str, Any] | None) -> str:
    """Which run this one does again, and what for; empty for a run of its own."""
    if reproduction is None:
        return ""
    told = f"run {reproduction['of']}, to {reproduction['purpose']} it"
    reseed = reproduction.get("reseed")
    if reseed is None:
        return told
    moved = reproduction.get("moved")
    which = f" of {', '.join(moved)}" if moved else ", but none was met"
    return f"{told}; seeds moved ({reseed}){which}"


def verdict_rows(verdicts: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """A verdict in a line each, the latest first."""
    rows: list[tuple[str, ...]] = []
    for each in verdicts:
        then = moment(each.get("at"))
        why = str(each.get("why", ""))
        if each.get("environment") not in {None, "recorded", "none"}:
            why = f"{why} ({_ENVIRONMENTS.get(each['environment'], each['environment'])})"
        day = "" if then is None else f"{then:%Y-%m-%d %H:%M}"
        rows.append((day, str(each["standing"]), cut(why, 100)))
    return rows


_ENVIRONMENTS = {"rebuilt": "environment built anew", "current": "in the environment of now"}
