"""Show the public half of your signing key: what others need to know your signature by.

The key is made on first use and lies in your configuration folder, readable by you alone;
WHENCE_KEY names another file. Hand the verifier key to whoever writes policies (`keys:` of the
rules `approvals` and `signed`), and read the fingerprint to each other: nothing else says whose key
it is.
"""

import argparse

from whence.cli.console import Console
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.settings.keys import user_key, user_key_path

SUMMARY = "show the public half of your signing key"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Show it."""
    key = user_key().verifier
    path = str(user_key_path())
    if args.json:
        console.print_json(
            {
                "name": key.name,
                "verifier": key.encode(),
                "fingerprint": key.fingerprint,
                "path": path,
            }
        )
        return 0
    for name, text in (
        ("verifier key", key.encode()),
        ("fingerprint", key.fingerprint),
        ("kept in", path),
    ):
        console.print(printable(f"{name:<12}  {text}"))
    return 0
