"""Runs that go on: what their sessions tell, in the same words as the record will."""

from typing import Any

from whence.capture.session import Session
from whence.homecoming.sessions import running
from whence.workspace import Workspace


def runs_in_short(
    workspace: Workspace, *, job: str | None = None, state: str | None = None
) -> list[dict[str, Any]]:
    """The runs that go on, latest first, as ``query.history.runs`` tells recorded ones."""
    if state not in {None, "running"}:
        return []
    return [
        {
            "id": session.id,
            "kind": "run",
            "job": session.start["job"],
            "state": "running",
            "exit_status": None,
            "signal": None,
            "started_at": session.start["started_at"],
            "ended_at": None,
            "command": session.start["command"],
            "parent": session.start.get("parent"),
            "parts": 0,
            "used": 0,
            "generated": 0,
            "gaps": 0,
            "tags": session.start.get("tags") or {},
        }
        for session in reversed(running(workspace))
        if job is None or session.start["job"] == job
    ]


def find_ongoing(workspace: Workspace, text: str) -> Session | None:
    """The run that goes on and whose id begins so; ``None`` if there is none, or several."""
    if len(text) < 4:
        return None
    found = [each for each in running(workspace) if each.id.startswith(text)]
    return found[0] if len(found) == 1 else None


def describe_ongoing(session: Session) -> dict[str, Any]:
    """What is known of a run that goes on, as ``query.account.describe`` tells of an ended one."""
    start = session.start
    gap = {
        "kind": "outcome-unknown",
        "about": "run",
        "reason": "it still goes on; what it reads and writes is recorded when it ends",
    }
    return {
        "id": session.id,
        "kind": "run",
        "job": start["job"],
        "state": "running",
        "exit_status": None,
        "signal": None,
        "started_at": start["started_at"],
        "ended_at": None,
        "command": start["command"],
        "cwd": start["cwd"],
        "actor": None,
        "actors": [],
        "host": start.get("host"),
        "execution": {},
        "tags": start.get("tags") or {},
        "used": [],
        "generated": [],
        "parameters": {},
        "parameter_details": {},
        "metrics": {},
        "metric_details": {},
        "seeds": {},
        "code": {**start["code"], "files": []} if start.get("code") else None,
        "environment": None,
        "hardware": {},
        "processes": [],
        "observers": start["observers"],
        "gaps": [gap],
    }
