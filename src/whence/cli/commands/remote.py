"""Know other records, to push to and to pull from.

URL is the address of a server, a folder with a `.whence` in it, or the URL of a database. Without
words, all that are known are listed, each with what has travelled.

    whence remote
    whence remote add team https://whence.example.org
    whence remote add old ../before
    whence remote remove old

What is remembered of each stands in .whence/remotes: which ledger it is, and the last state that it
showed.
"""

import argparse
from pathlib import Path

from whence import plugins
from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.drawing.figures import counted
from whence.errors import NotFoundError, UsageError
from whence.settings.table import read_url
from whence.store.opening import DOOR
from whence.sync.remotes import Remote, Remotes
from whence.workspace import FOLDER, make_workspace

SUMMARY = "know other records, to push to and pull from"

_FORMS = "`whence remote add NAME URL`, `whence remote remove NAME`, or `whence remote`"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "words", metavar="add NAME URL | remove NAME | list", nargs="*", help="what to do"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Do it, and list them."""
    remotes = Remotes(make_workspace().folder)
    match args.words:
        case [] | ["list"]:
            pass
        case ["add", name, url]:
            remotes.add(name, _url(url))
        case ["remove", name]:
            remotes.remove(name)
        case _:
            raise UsageError(
                f"`whence remote {' '.join(args.words)}` is nothing to do", hint=_FORMS
            )
    known = remotes.listed()
    if args.json:
        console.print_json({"remotes": [_as_json(each) for each in known]})
    elif not known:
        console.print("there is no remote; `whence remote add NAME URL` makes one")
    else:
        for each in known:
            console.print(printable(_line(each)))
    return 0


def _url(text: str) -> str:
    """An address, as it holds wherever one works; a folder stands for the record in it."""
    scheme, colon, _ = text.partition("://")
    if colon:
        if scheme not in (known := plugins.names(DOOR)):
            forms = ", ".join(f"{each}://…" for each in known)
            raise UsageError(f"{text!r} is no address of a record", hint=f"a folder, or {forms}")
        return read_url(text, "the address of a remote")
    folder = Path(text).expanduser().absolute()
    inside = folder if folder.name == FOLDER else folder / FOLDER
    if not inside.is_dir():
        raise NotFoundError(
            f"there is no {FOLDER} folder in {folder}", hint="a server is named by http(s)://…"
        )
    return f"sqlite://{inside.resolve().as_posix()}"


def _as_json(remote: Remote) -> dict[str, object]:
    return {
        "name": remote.name,
        "url": remote.url,
        "ledger": remote.ledger or None,
        "entries": remote.size,
        "root": remote.root,
        "pushed": remote.pushed,
        "pulled": remote.pulled,
    }


def _line(remote: Remote) -> str:
    if not remote.ledger:
        return f"{remote.name}  {remote.url}  not met yet"
    entries = counted(remote.size, "entry", "entries")
    return (
        f"{remote.name}  {remote.url}  ledger {remote.ledger[:12]}, {entries}; "
        f"{remote.pushed:,} of ours pushed, {remote.pulled:,} of its pulled"
    )
