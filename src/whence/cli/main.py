"""``whence``: finds the verb, lets it work, turns errors into words.

Only the verb that was asked for is imported, so that a command starts in milliseconds.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whence import __version__
from whence.errors import WhenceError

if TYPE_CHECKING:
    from whence.cli.verb import Verb

_GROUP = "whence.commands"
ORDER = tuple(
    "run log show trace impact path diff attribute bisect reproduce gaps register alias "
    "models system describe retire "
    "check approve reject key "
    "deploy undeploy deployments receipts hold "
    "remote push pull import export config gc fsck serve login logout user token audit "
    "demo".split()
)
"""In which order commands are listed: as a project meets them."""

_INTRODUCTION = "Whence: what really happened, what nobody knows, and the proof."


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit status is for the shell."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):
        sys.stdout.write(f"whence {__version__}\n")
        return 0
    try:
        return _dispatch(words)
    except WhenceError as error:
        sys.stdout.flush()
        sys.stderr.write(f"whence: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"  try: {error.hint}\n")
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the answer has seen enough. Python must not complain at exit about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _dispatch(words: list[str]) -> int:
    from whence import plugins  # noqa: PLC0415  not needed for --version
    from whence.cli.console import system_console  # noqa: PLC0415

    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_overview())
        return 0
    name = words[0]
    verb: Verb | None = plugins.load(_GROUP, name)
    if verb is None:
        sys.stderr.write(f"whence: there is no command {name!r}\n")
        sys.stderr.write(f"  try: {_nearest(name, plugins.names(_GROUP))}\n")
        return 2
    parser = argparse.ArgumentParser(
        prog=f"whence {name}",
        description=verb.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verb.configure(parser)
    try:
        args = parser.parse_args(words[1:])
    except SystemExit as stop:
        return int(stop.code or 0)
    console = system_console()
    status = verb.execute(args, console)
    console.out.flush()
    return status


def _overview() -> str:
    from whence import plugins  # noqa: PLC0415

    lines = [_INTRODUCTION, "", "usage: whence COMMAND [ARGUMENTS]", ""]
    names = plugins.names(_GROUP, ORDER)
    width = max(map(len, names))
    for name in names:
        verb = plugins.load(_GROUP, name)
        lines.append(f"  {name:<{width}} {verb.SUMMARY if verb else ''}")
    lines += ["", "`whence COMMAND --help` tells more; `whence --version` names this release.", ""]
    return "\n".join(lines)


def _nearest(name: str, names: list[str]) -> str:
    import difflib  # noqa: PLC0415

    close = difflib.get_close_matches(name, names, 2, 0.5)
    if close:
        return " or ".join(f"`whence {each}`" for each in close)
    return "`whence --help` lists the commands"


if __name__ == "__main__":
    sys.exit(main())
