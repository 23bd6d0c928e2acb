"""Which functions and lines of the sources ran, out of what each process told."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from whence.capture.agent.reports import Telling

FILES = 400
"""So many files are told; what is beyond is known to be lacking."""

LARGEST = 40_000
"""Lines and functions in all that are told."""


def read_executed(
    told: Iterable[Telling], name_of: Callable[[str], str], besides: Iterable[str] = ()
) -> dict[str, Any]:
    """What ran, as the ``executed`` facet has it; empty where nothing was followed.

    Args:
        told: All tellings.
        name_of: How the record calls a path.
        besides: Why something may have run that none of the processes could tell.

    Returns:
        ``by``: ``lines`` or ``functions``, what was followed. ``files``: name → ``functions`` that
        ran, each with its first line; ``lines`` as ranges, where every process told them; ``named``
        functions that were sent to a process as values. ``whole``: whether what is not told did
        not run; if not, ``reasons``.
    """
    told = list(told)
    by, reasons = _followed(told)
    reasons |= dict.fromkeys(besides)
    if not by:
        return {}
    functions: dict[str, dict[tuple[int, str], None]] = defaultdict(dict)
    lines: dict[str, set[int]] = defaultdict(set)
    named: dict[str, set[str]] = defaultdict(set)
    for each in told:
        fields = each.fields
        if each.event != "executed" or not isinstance(fields.get("file"), str):
            continue
        name = name_of(fields["file"])
        functions[name] |= dict.fromkeys(
            (int(first), str(called)) for first, called in fields.get("functions") or ()
        )
        lines[name].update(map(int, fields.get("lines") or ()))
        named[name].update(map(str, fields.get("named") or ()))
    files: dict[str, dict[str, Any]] = {}
    size = 0
    for name, called in functions.items():
        size += len(called) + len(lines[name])
        if len(files) == FILES or size > LARGEST:
            reasons[f"more ran than is told: {len(functions)} files"] = None
            break
        files[name] = {"functions": [list(each) for each in sorted(called)]}
        if named[name]:
            files[name]["named"] = sorted(named[name])
        if by == {"lines"}:
            files[name]["lines"] = ranges(lines[name])
    found = {"by": "lines" if by == {"lines"} else "functions", "files": files}
    return {**found, "whole": not reasons, **({"reasons": list(reasons)} if reasons else {})}


def ranges(lines: Iterable[int]) -> str:
    """Numbers as ranges: ``1-4,7``."""
    found: list[list[int]] = []
    for line in sorted(lines):
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ",".join(f"{one}-{other}" if one != other else f"{one}" for one, other in found)


def _followed(told: Iterable[Telling]) -> tuple[set[str], dict[str, None]]:
    """What processes followed, and why something may have run that none has told."""
    began: dict[int, str] = {}
    done: set[int] = set()
    forked: set[int] = set()
    reasons: dict[str, None] = {}
    for each in told:
        fields: Mapping[str, Any] = each.fields
        if each.event == "fork" and fields.get("parent") in began:
            began[each.pid] = began[fields["parent"]]
            forked.add(each.pid)
        elif each.event == "executing" and fields.get("done"):
            done.add(each.pid)
            for other in fields.get("besides") or ():
                reasons[f"{other} may have run some of it"] = None
        elif each.event == "executing":
            began[each.pid] = str(fields.get("by") or "")
            if not fields.get("by"):
                reasons["a Python told nothing of what ran"] = None
            if fields.get("late"):
                reasons["the program ran before it was watched"] = None
    # A child tells each line as it first runs: it may end in any way that it likes.
    lacking = {pid for pid in began.keys() - done if pid not in forked or began[pid] != "lines"}
    if lacking:
        reasons["a process ended before it could tell"] = None
    return set(filter(None, began.values())), reasons
