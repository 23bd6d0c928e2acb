"""What was decided about a thing, added to the account that is given of it."""

from typing import Any

from whence.governance.approval import FACET as APPROVALS
from whence.governance.approval import approvals_json
from whence.governance.entries import rows
from whence.governance.gate import CHECKS
from whence.governance.protection import FACET as PROTECTION
from whence.governance.protection import TEXT, protections
from whence.governance.sight import FACET as SIGHT
from whence.governance.waiver import FACET as WAIVERS
from whence.store.interface import Reader

TOLD = (APPROVALS, CHECKS, WAIVERS, PROTECTION)
"""The facets that are told in a form of their own."""


def with_decisions(told: dict[str, Any], reader: Reader, handle: int, now: str) -> dict[str, Any]:
    """The account of a thing, with decisions as lists, the latest first.

    Args:
        told: What ``query.account.describe`` says of it.
        reader: The same moment of the store.
        handle: The thing.
        now: The moment for which is told what has changed since.
    """
    if told.get("kind") == "run":
        approvals = approvals_json(reader, handle, now)
        return told | ({APPROVALS: approvals} if approvals else {})
    found = dict(told)
    if APPROVALS in told:
        found[APPROVALS] = approvals_json(reader, handle, now)
    for facet in (CHECKS, WAIVERS):
        if facet in told:
            found[facet] = rows(reader, handle, facet)
    if PROTECTION in told:
        found[PROTECTION] = [each.as_json() for each in protections(reader, handle).values()]
    if SIGHT in told:
        found[SIGHT] = told[SIGHT].get("counts", {})
    if TEXT in told:
        found[TEXT] = told[TEXT].get("text", "")
    return found


def with_line_decisions(told: dict[str, Any], reader: Reader, now: str) -> dict[str, Any]:
    """The account of a name with versions, with its protected aliases and each version's approvals.

    Args:
        told: What ``query.models.line_json`` says of it.
        reader: The same moment of the store.
        now: The moment for which is told what has changed since.
    """
    line = reader.find(told["id"])
    guards = {} if line is None else protections(reader, line)
    versions = []
    for row in told["versions"]:
        handle = reader.find(row["id"])
        approvals = [] if handle is None else approvals_json(reader, handle, now)
        versions.append(row | ({APPROVALS: approvals} if approvals else {}))
    protected = {alias: each.as_json() for alias, each in guards.items()}
    return told | {"versions": versions} | ({"protected": protected} if protected else {})
