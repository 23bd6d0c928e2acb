"""Show all that is known of one thing: a run, a file, a model version, a job, an actor, a receipt.

Of a model it is told how often models of its line were measured on the same data before: a figure
that is the best of many on one test set is no longer a test.

With --as-of it is told what had been recorded by a moment: `whence show delay@production --as-of
2026-03-03T14:05Z` names the version to which the alias pointed then.
"""

import argparse

from whence.cli.asking import asking, find
from whence.cli.asof import add_as_of, looking_back
from whence.cli.console import Console
from whence.cli.predictions import find_prediction, names_prediction
from whence.cli.render.account import render_account
from whence.cli.render.receipts import render_receipt
from whence.cli.verb import add_json
from whence.governance.standing import with_decisions
from whence.homecoming.ongoing import describe_ongoing, find_ongoing
from whence.model.moment import now
from whence.query.account import describe
from whence.query.evaluations import evaluations_json
from whence.receipts.origins import prediction_json

SUMMARY = "show all that is known of one thing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("ref", metavar="REF", nargs="?", default="last", help="default: last")
    parser.add_argument("--receipts", metavar="FOLDER", help="where receipts are, for rcp_…")
    add_as_of(parser)
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the account."""
    if names_prediction(args.ref):
        return _show_receipt(args, console)
    with asking(console) as (workspace, present), looking_back(present, args, console) as reader:
        ongoing = find_ongoing(workspace, args.ref) if args.as_of is None else None
        if ongoing is not None:
            told = describe_ongoing(ongoing)
        else:
            handle = find(workspace, reader, args.ref, console)
            told = with_decisions(describe(reader, handle), reader, handle, now())
            figures = evaluations_json(reader, handle)
            if figures:
                told["evaluations"] = figures
    if args.json:
        console.print_json(told)
    else:
        console.print(render_account(told, width=console.width, styled=console.styled))
    return 0


def _show_receipt(args: argparse.Namespace, console: Console) -> int:
    with asking(console) as (workspace, reader):
        prediction = find_prediction(workspace, reader, args.ref, args.receipts)
        told = prediction_json(reader, prediction.receipt, prediction.origin)
    if args.json:
        console.print_json(told)
    else:
        console.print(render_receipt(told, styled=console.styled))
    return 0
