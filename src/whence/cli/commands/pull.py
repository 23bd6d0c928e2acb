"""Take over the records of another workspace: of a team's server, or of another folder.

REMOTE is a name that `whence remote add` gave; it may be left out where there is only one. What is
here already stays as it is, and an interrupted pull goes on where it was. All that comes is
checked against the state that the other side shows: its hashes, and that its history only grew.
From a server, the texts of source files come along, for `diff`.

    whence pull
    whence pull team

Exit status 1, and nothing is kept, where the other side is not the record that it was before, or
has lost some of it.
"""

import argparse

from whence.cli.asking import settled
from whence.cli.console import Console
from whence.cli.render.travelled import sentences, travelled_json
from whence.cli.verb import add_json
from whence.homecoming.texts import TextShelf
from whence.sync.exchange import pull
from whence.sync.opening import meeting
from whence.sync.remotes import Remotes

SUMMARY = "take over records of another workspace or server"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("remote", metavar="REMOTE", nargs="?", help="which; see `whence remote`")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Pull, and say what came of it."""
    with settled(console) as workspace:
        remotes = Remotes(workspace.folder)
        remote = remotes.find(args.remote)
        texts = TextShelf(workspace.folder / "texts")
        with meeting(workspace, remote) as peer:
            done = pull(workspace.store, peer, remote, remotes.keep, texts=texts)
    if args.json:
        console.print_json(travelled_json(done))
    else:
        for line in sentences(done, "taken from"):
            console.print(line)
    return 0
