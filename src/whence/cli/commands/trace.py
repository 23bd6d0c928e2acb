"""Show where a thing came from: every run, file, parameter set and environment before it."""

import argparse

from whence.cli import lineageverb
from whence.cli.console import Console
from whence.store.interface import Direction

SUMMARY = "show where a thing came from"

configure = lineageverb.configure


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the answer."""
    return lineageverb.execute(args, console, Direction.ORIGINS)
