"""What a verb is: a module with three names, found through ``whence.commands``."""

import argparse
from collections.abc import Iterable
from typing import Protocol

from whence.cli.console import Console
from whence.errors import UsageError


class Verb(Protocol):
    """A module that is one command. Its docstring is the command's help and its page."""

    SUMMARY: str
    """One line for the list of commands."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments."""

    def execute(self, args: argparse.Namespace, console: Console) -> int:
        """Do it; the exit status: 0 done, 1 a finding, 2 wrong use."""


def add_json(parser: argparse.ArgumentParser) -> None:
    """The switch that every printing verb has."""
    parser.add_argument(
        "--json", action="store_true", help="print a documented JSON object instead of text"
    )


def key_values(words: Iterable[str], option: str, *, bare: bool = False) -> dict[str, str]:
    """``K=V`` words as a mapping.

    Args:
        words: What was given.
        option: What it was given to.
        bare: Whether a word without ``=`` is a key without a value.

    Raises:
        UsageError: a word without ``=`` or without a key.
    """
    pairs = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not key or not (equals or bare):
            raise UsageError(f"{option} {word!r} is not of the form {'K or ' * bare}K=V")
        pairs[key] = value
    return pairs
