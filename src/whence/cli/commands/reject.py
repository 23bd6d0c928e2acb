"""Say no to a version, signed: it passes no policy that asks for approvals while this stands.

    whence reject delay@3 --reason 'the March data has a hole'

A later `whence approve` by the same person takes its place.
"""

import argparse

from whence.cli.console import Console
from whence.cli.deciding import add_arguments, decide
from whence.governance.approval import Decision

SUMMARY = "say no to a version, signed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Reject it."""
    return decide(args, console, Decision.REJECT)
