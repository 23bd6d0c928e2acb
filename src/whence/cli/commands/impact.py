"""Show what a thing led to: every run, file, model and version that depends on it."""

import argparse

from whence.cli import lineageverb
from whence.cli.console import Console
from whence.store.interface import Direction

SUMMARY = "show what depends on a thing"

configure = lineageverb.configure


def execute(args: argparse.Namespace, console: Console) -> int:
    """Print the answer."""
    return lineageverb.execute(args, console, Direction.EFFECTS)
