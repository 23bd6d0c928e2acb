"""Weights that were probably merged: arithmetic on tensors is not followed, its ends are seen.

A run that trained nothing, read several files of weights and wrote one of which nothing closer is
known has probably averaged, added or spliced them. That is inferred, and said to be.
"""

from collections.abc import Callable, Iterable, Sequence

from whence.capture.agent.reports import Telling
from whence.capture.semantics.objects import FITTING, Things
from whence.model.edge import Basis
from whence.recording.observation import Flow

MOST = 20
"""Files of weights; a run that reads more evaluates them, or does something else altogether."""

_UNTOLD = frozenset({"computed"})
"""Relations that say no more than that one came of the other."""


def merged_flows(
    told: Sequence[Telling],
    things: Things,
    flows: Iterable[Flow],
    is_model: Callable[[str], bool],
) -> list[Flow]:
    """Which weights were probably merged into which.

    Args:
        told: What happened in the run.
        things: Its objects.
        flows: The ways between its files that were seen.
        is_model: Whether a location is that of a file of weights, by its name.
    """
    if any(each.event == "step" and each.fields["kind"] in FITTING for each in told):
        return []
    read = list(
        dict.fromkeys(
            location
            for each in told
            if each.event == "read" and is_model(location := str(each.fields["location"]))
        )
    )
    if not 2 <= len(read) <= MOST:
        return []
    found = []
    for each in told:
        made = str(each.fields.get("location"))
        if each.event != "write" or not is_model(made) or made in read:
            continue
        relations = {flow.relation for flow in flows if flow.made == made}
        number = each.fields.get("n")
        kind = "" if number is None else things.at(each.pid, number).facts.get("kind")
        if (number is None or kind == "model") and relations <= _UNTOLD:
            by = {"by": str(each.fields["by"])}
            found += [Flow(made, of, "merged", by, Basis.INFERRED) for of in read]
    return found
