"""Say yes to a version, signed: to what there is to see of it now.

    whence approve delay@3 --reason 'checked against the June figures'
    whence approve delay@3 --role risk-officer --seen e363c29b7992 --reason 'as discussed'

What is signed is a digest over everything that the version comes from: contents, how they are
joined, what is not known, how it was measured, who made it. When any of that changes, `whence show`
says that what was approved has changed, and what. Your key is made on first use; `whence key` shows
its public half.
"""

import argparse

from whence.cli.console import Console
from whence.cli.deciding import add_arguments, decide
from whence.governance.approval import Decision

SUMMARY = "say yes to a version, signed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Approve it."""
    return decide(args, console, Decision.APPROVE)
