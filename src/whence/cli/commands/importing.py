"""Take what other tools have told into the record: files of OpenLineage events.

    whence import openlineage events.jsonl
    dbt-ol run && whence import openlineage /tmp/openlineage.json
    zcat old/*.gz | whence import openlineage -

A file holds one event on each line, an array of events, or a single one. Each event is held to the
specification and kept once, however often it comes; the order does not matter. An event that
breaks the specification is told with its line and left out, and the exit status is then 1.

A producer can send its events at once instead: `whence serve` takes them at /api/v1/lineage.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import InvalidRecordError, UsageError, WireError
from whence.importers.openlineage.composing import EventComposer
from whence.importers.openlineage.files import read_events
from whence.importers.openlineage.taking import composer_of
from whence.workspace import Workspace, make_workspace

SUMMARY = "take in what other tools have told: OpenLineage events"

_TOGETHER = 500
"""Events that are kept in one transaction."""

_TOLD = 5
"""Faulty events that are told one by one."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("format", choices=["openlineage"], metavar="openlineage")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="where the events lie; - for standard input"
    )
    parser.add_argument(
        "--project", default="", metavar="NAME", help="the project that they are to belong to"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Take them in and say what became of them."""
    faults: list[dict[str, str]] = []
    told = kept = 0
    with closing(make_workspace()) as workspace:
        events = _events(args.files, args.project, faults)
        while group := list(islice(events, _TOGETHER)):
            told += len(group)
            kept += _keep(workspace, group, faults)
    refused = len(faults)
    if args.json:
        console.print_json(
            {"events": told + refused, "kept": kept, "known": told - kept, "refused": faults}
        )
    else:
        for each in faults[:_TOLD]:
            console.say(f"whence: {printable(each['where'])}: {printable(each['why'])}")
        if refused > _TOLD:
            console.say(f"whence: and {refused - _TOLD} more")
        known = f", {told - kept} known before" if told > kept else ""
        bad = f", {refused} refused" if refused else ""
        console.print(f"{told + refused} events: {kept} kept{known}{bad}")
    return 1 if faults else 0


def _events(
    files: Sequence[str], project: str, faults: list[dict[str, str]]
) -> Iterator[tuple[str, EventComposer]]:
    for name in files:
        for where, value in _read(name):
            place = f"{name}, {where}" if len(files) > 1 else where
            try:
                yield place, composer_of(value, project)
            except WireError as error:
                faults.append({"where": place, "why": error.message})


def _read(name: str) -> Iterator[tuple[str, Any]]:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error
    try:
        yield from read_events(content)
    except WireError as error:
        raise WireError(f"{name}: {error.message}", hint=error.hint) from error


def _keep(
    workspace: Workspace, group: list[tuple[str, EventComposer]], faults: list[dict[str, str]]
) -> int:
    """How many were new; where one breaks a rule of the record, the others are kept without it."""
    try:
        appended = workspace.recorder.record([composer for _, composer in group])
    except InvalidRecordError as error:
        if len(group) == 1:
            faults.append({"where": group[0][0], "why": error.message})
            return 0
        half = len(group) // 2
        return _keep(workspace, group[:half], faults) + _keep(workspace, group[half:], faults)
    return sum(each.fresh for each in appended)
