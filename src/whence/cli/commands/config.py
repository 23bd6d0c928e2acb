"""Show or set how much is kept of what runs read and make.

Without words, every setting with its value. With a NAME, that one; with a VALUE too, it is set
from now on. NAME:PATTERN sets it for some files alone; of several patterns that fit a file, the
one set last holds:

    whence config data.keep all
    whence config 'data.keep:data/raw/**' none
    whence config data.keep.largest '200 MiB'

What is set stands in .whence/config.toml.
"""

import argparse
from typing import Any

from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import NotFoundError, UsageError
from whence.settings.configuration import Configuration, listed, load, put
from whence.settings.table import find_setting
from whence.workspace import make_workspace, open_workspace

SUMMARY = "show or set how much is kept"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("words", metavar="NAME [VALUE]", nargs="*", help="a setting, and its value")
    parser.add_argument(
        "--unset", action="store_true", help="forget what was set; the default holds again"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Show, or set and show."""
    name, value = _asked(args.words)
    if name is not None:
        find_setting(name)
    if args.unset:
        if name is None or value is not None:
            raise UsageError("--unset takes one NAME", hint="`whence config` lists what is set")
        put(open_workspace().folder, name, None)
    elif name is not None and value is not None:
        put(make_workspace().folder, name, value)
    rows = [row for row in listed(_set_here()) if name is None or row["name"] == name]
    if name is not None and not rows:
        bare = name.partition(":")[0]
        rows = [{**row, "name": name} for row in listed(Configuration()) if row["name"] == bare]
    if args.json:
        console.print_json({"settings": rows})
    elif name is not None:
        console.print(printable(str(rows[0]["value"])))
    else:
        for line in _lines(rows):
            console.print(printable(line))
    return 0


def _asked(words: list[str]) -> tuple[str | None, str | None]:
    """``NAME``, ``NAME VALUE``, ``NAME=VALUE`` and ``NAME = VALUE`` as name and value."""
    name, equals, value = " ".join(words).partition("=" if "=" in " ".join(words) else " ")
    if not name.strip() and words:
        raise UsageError("a setting has a name", hint="`whence config` lists them all")
    return name.strip() or None, value.strip() if equals else None


def _set_here() -> Configuration:
    try:
        return load(open_workspace().folder)
    except NotFoundError:
        return Configuration()


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    wide = max(len(str(row["name"])) for row in rows)
    value = max(len(str(row["value"])) for row in rows)
    lines = []
    for row in rows:
        shown = f"{row['name']:<{wide}}  {row['value']:<{value}}"
        by = "set here" if row["is_set"] else "default"
        lines.append(
            f"{shown}  {by:<8}  {row['meaning'] if ':' not in row['name'] else ''}".rstrip()
        )
    return lines
