"""Tell other tools what the record knows: runs as OpenLineage events.

    whence export openlineage last --to events.jsonl
    whence export openlineage --all --to http://catalog.example.org:5000
    whence export openlineage --since 2026-11-01 --to kafka://broker:9092/openlineage.events

Each run is two events, START and how it ended, both with all that it read and made. A run's id is
the same each time, so sending again does no harm. A file needs nothing further; HTTP and Kafka are
reached through the package openlineage-python (`pip install 'whence[openlineage]'`). The key that
a receiver asks for is read from the variable OPENLINEAGE_API_KEY.
"""

import argparse
import os
from collections.abc import Iterator
from datetime import UTC, datetime

from whence.cli.asking import asking, find
from whence.cli.console import Console
from whence.cli.verb import add_json, key_values
from whence.errors import UsageError
from whence.exporters.openlineage.mapping import run_events
from whence.exporters.openlineage.sending import sender_to
from whence.model.moment import stamp
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.parts import with_parts
from whence.query.replays import real
from whence.store.interface import Reader
from whence.workspace import Workspace

SUMMARY = "tell other tools what the record knows, as OpenLineage events"

_KEY = "OPENLINEAGE_API_KEY"
_PAGE = 200


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("format", choices=["openlineage"], metavar="openlineage")
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="which runs, with their parts: last, an id …"
    )
    parser.add_argument("--all", action="store_true", help="all runs of the record")
    parser.add_argument(
        "--since", metavar="TIME", help="all runs that started since: 2026-11-01, or with a time"
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="TARGET",
        help="a file, - for standard output, http(s)://HOST, kafka://BROKER/TOPIC",
    )
    parser.add_argument(
        "--namespace", metavar="NAME", help="the namespace of jobs (default: whence://FOLDER)"
    )
    parser.add_argument(
        "--kafka",
        action="append",
        default=[],
        metavar="K=V",
        help="a setting of Kafka's producer; may be repeated",
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Send them and say how many."""
    if bool(args.runs) + args.all + bool(args.since) != 1:
        raise UsageError(
            "say which runs, in one way", hint="name them, or take --all, or --since 2026-11-01"
        )
    since = _moment(args.since) if args.since else ""
    count = 0
    with asking(console) as (workspace, reader):
        handles = list(_chosen(args, workspace, reader, console, since))
        namespace = args.namespace or f"whence://{workspace.root.name or 'local'}"
        settings = key_values(args.kafka, "--kafka")
        with sender_to(args.to, key=os.environ.get(_KEY, ""), settings=settings) as sender:
            for handle in handles:
                events = run_events(reader, handle, namespace)
                count += bool(events)
                for event in events:
                    sender.send(event)
    if args.to != "-":
        if args.json:
            console.print_json({"runs": count, "events": sender.sent})
        else:
            runs = "1 run" if count == 1 else f"{count} runs"
            console.print(f"{runs} told in {sender.sent} events")
    return 0


def _chosen(
    args: argparse.Namespace, workspace: Workspace, reader: Reader, console: Console, since: str
) -> Iterator[int]:
    """The runs that are meant, oldest first."""
    if args.runs:
        found: dict[int, None] = {}
        for text in args.runs:
            handle = find(workspace, reader, text, console)
            if reader.nodes([handle])[0].kind is not NodeKind.RUN:
                raise UsageError(f"{text!r} is no run", hint="`whence log` lists them")
            found |= dict.fromkeys(with_parts(reader, handle))
        yield from found
        return
    handles: list[int] = []
    before: int | None = None
    while page := reader.latest(NodeKind.RUN, _PAGE, before=before):
        handles += real(reader, page)
        before = page[-1]
    for handle in reversed(handles):
        outcome = account_for(reader, handle).said("outcome")
        if str(outcome.get("started_at") or "") >= since:
            yield handle


def _moment(text: str) -> str:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--since {text!r} is not a time", hint="2026-11-01, or 2026-11-01T09:30:00Z"
        ) from None
    return stamp(read if read.tzinfo else read.replace(tzinfo=UTC))
