"""The options by which a verb takes what people say of a thing."""

import argparse
from collections.abc import Mapping
from typing import TypedDict

from whence.cli.verb import key_values


class Said(TypedDict):
    """What was said on the command line."""

    description: str
    tags: Mapping[str, str]
    owners: Mapping[str, str]
    licence: str


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add ``--description``, ``--tag``, ``--owner`` and ``--licence``."""
    parser.add_argument("--description", metavar="TEXT", help="words for whoever reads it later")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="K[=V]", help="may be repeated"
    )
    parser.add_argument(
        "--owner",
        action="append",
        default=[],
        metavar="NAME[=ROLE]",
        help="who answers for it; may be repeated",
    )
    parser.add_argument(
        "--licence", "--license", metavar="SPDX", help="such as Apache-2.0 or CC-BY-NC-4.0"
    )


def read_words(args: argparse.Namespace) -> Said:
    """What was said.

    Raises:
        UsageError: a tag or an owner without a name.
    """
    return {
        "description": args.description or "",
        "tags": key_values(args.tag, "--tag", bare=True),
        "owners": key_values(args.owner, "--owner", bare=True),
        "licence": args.licence or "",
    }
