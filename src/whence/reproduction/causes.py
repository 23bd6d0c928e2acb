"""What probably made a replay come to something else, most likely first."""

import json
from contextlib import suppress
from typing import Any

from whence.errors import WhenceError
from whence.query.account import Account, account_for
from whence.query.diff import Difference, diff
from whence.query.diff.difference import Change
from whence.reproduction.interface import Replayed
from whence.reproduction.plan import Step
from whence.workspace import Workspace

_STEERING = ("environment", "code", "parameters", "data")
_TOLD = 8


def causes_of(workspace: Workspace, step: Step, last: Replayed, again: bool | None) -> list[str]:
    """A phrase for each cause.

    Args:
        workspace: Where both runs are recorded.
        step: The recorded run, as it was planned.
        last: Its replay.
        again: Whether a second replay came to the same as the first; ``None`` where not tried.
    """
    found = []
    if again is False:
        found.append("it does not repeat itself: doing it twice here gives two results")
    with workspace.reading() as reader:
        run = reader.find(step.recipe.run)
        other = None if last.run is None else reader.find(last.run)
        gaps = [] if run is None else account_for(reader, run).gaps()
        unseeded = [each["about"] for each in gaps if each["kind"] == "unseeded"]
        if unseeded:
            found.append(f"randomness that nobody seeded: {', '.join(unseeded)}")
        if run is not None and other is not None:
            with suppress(WhenceError):
                found += _told_by(diff(reader, run, other))
            found += _machines(account_for(reader, run), account_for(reader, other))
    if step.recipe.piped:
        found.append("its standard input was a pipe: what came through it is not recorded")
    if step.python.how in {"build", "cached"}:
        found.append("its environment was built anew, from packages of the same versions")
    if again and not found:
        found.append(
            "it repeats itself here, and nothing recorded differs: the machine, the time, or "
            "something that nobody saw"
        )
    return found


def _told_by(difference: Difference) -> list[str]:
    """What differs between the two records before anything ran."""
    changes = [
        (layer, change)
        for layer in _STEERING
        for change in difference.layers[layer].changes[:_TOLD]
        if change.what != "unknown" and not change.name.startswith("replays/")
    ]
    return [f"{layer}: {change.name}{_values(change)}" for layer, change in changes[:_TOLD]]


def _values(change: Change) -> str:
    simple = (str, int, float)
    if isinstance(change.a, simple) and isinstance(change.b, simple):
        return f" {change.a} → {change.b}"
    return ""


def _machines(recorded: Account, again: Account) -> list[str]:
    """What of the machine is another one."""
    then, now = recorded.said("hardware"), again.said("hardware")
    return [
        f"machine: another {name} ({_short(then[name])} → {_short(now[name])})"
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    ]


def _short(value: Any) -> str:
    return json.dumps(value)[:60] if isinstance(value, dict | list) else str(value)
