"""Hand the records of this workspace to another one: a team's server, or another folder.

REMOTE is a name that `whence remote add` gave; it may be left out where there is only one. What
the other side has already is not sent again, and an interrupted push goes on where it was. The
other side records the state of this ledger, so that nobody can change there what was handed in
without its being seen. Contents of files never travel; the texts of source files, without secrets,
go to a server, so that `diff` shows their lines to others.

What somebody decided may not be yours to hand in: an approval, if you may not approve there, or an
alias that a policy holds up. That is held back and said, everything else goes, and the next push
offers it again. An approval that is signed by a key for which a policy there asks needs no more
than the right to write.

    whence remote add team https://whence.example.org
    whence push
    whence push team --project churn

Exit status 1, and nothing is sent, where the other side is not the record that it was before, or
has lost some of it.
"""

import argparse

from whence.cli.asking import settled
from whence.cli.console import Console
from whence.cli.render.travelled import sentences, travelled_json
from whence.cli.verb import add_json
from whence.homecoming.texts import TextShelf
from whence.sync.exchange import push
from whence.sync.opening import meeting
from whence.sync.remotes import Remotes

SUMMARY = "hand records to another workspace or server"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("remote", metavar="REMOTE", nargs="?", help="which; see `whence remote`")
    parser.add_argument(
        "--project", default="", metavar="NAME", help="whose records are that name no project"
    )
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Push, and say what came of it."""
    with settled(console) as workspace:
        remotes = Remotes(workspace.folder)
        remote = remotes.find(args.remote)
        texts = TextShelf(workspace.folder / "texts")
        with meeting(workspace, remote) as peer:
            done = push(
                workspace.store, peer, remote, remotes.keep, project=args.project, texts=texts
            )
    if args.json:
        console.print_json(travelled_json(done))
    else:
        for line in sentences(done, "handed to"):
            console.print(line)
    return 0
