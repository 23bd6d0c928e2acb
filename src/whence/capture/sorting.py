"""Which part each file plays in a run: pure decisions over what a tracer saw."""

from collections.abc import Collection
from dataclasses import dataclass

from whence.capture.classify import (
    is_code,
    is_config,
    is_credential,
    is_package_metadata,
    is_tracking,
    kind_read,
    kind_written,
)
from whence.capture.interface import Activity, FileAccess, Mode
from whence.model.node import NodeKind

_STREAMS = {0: "stdin", 1: "stdout", 2: "stderr"}


@dataclass(frozen=True, slots=True)
class Part:
    """A file with the part that it played."""

    access: FileAccess
    kind: NodeKind
    role: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """Everything a run touched, by use."""

    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]
    code: tuple[FileAccess, ...]
    """Source and loaded libraries outside the environment."""
    tracking: tuple[FileAccess, ...]
    """Other trackers' own records: neither data nor results."""


def sort_activity(
    activity: Activity, loaded: Collection[str], *, agents: Collection[int]
) -> Sorted:
    """Tell data from code, configuration and the records of other tools.

    Args:
        activity: What was seen.
        loaded: Source files that an in-process agent saw being loaded as code.
        agents: Processes in which such an agent was at work; a Python file that one of them
            opened and did not load is data.
    """
    inputs, code, tracking = [], [], []
    executed = {each.path for each in activity.executed}
    for access in activity.reads:
        if access.path in executed or (access.stdio and 0 not in access.stdio):
            continue  # a stream that is written on is an output, whatever the file held before
        if is_credential(access.path) or is_package_metadata(access.path):
            continue
        if is_tracking(access.path):
            tracking.append(access)
        elif is_code(access.path) and _is_loaded(access, loaded, agents):
            code.append(access)
        else:
            inputs.append(_input(access))
    for access in activity.executed:
        code.append(access)
        inputs.append(Part(access, NodeKind.CODE, "executable"))
    outputs = []
    for access in activity.writes:
        if is_tracking(access.path):
            tracking.append(access)
        else:
            outputs.append(_output(access))
    return Sorted(tuple(inputs), tuple(outputs), tuple(code), tuple(tracking))


def _is_loaded(access: FileAccess, loaded: Collection[str], agents: Collection[int]) -> bool:
    if access.path in loaded or not access.path.endswith((".py", ".pyw")):
        return True
    return access.first_pid not in agents


def _input(access: FileAccess) -> Part:
    stream = _stream(access)
    if stream:
        return Part(access, kind_read(access.path), stream)
    if access.mode is Mode.READ and is_config(access.path):
        return Part(access, NodeKind.CONFIG, "config")
    return Part(access, kind_read(access.path), "input")


def _output(access: FileAccess) -> Part:
    return Part(access, kind_written(access.path), _stream(access) or "output")


def _stream(access: FileAccess) -> str:
    return next((_STREAMS[each] for each in access.stdio if each in _STREAMS), "")
