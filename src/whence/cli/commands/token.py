"""Make, list and revoke the tokens by which programs and people use a server.

A service's token has a role of its own, in all projects or in those that --project names; a user's
has whatever roles its owner has at the time. A token is shown once, when it is made; the server
keeps a hash. It holds for 90 days if --expires does not say otherwise, and a year at most. Programs
get it by WHENCE_TOKEN, people by `whence login URL --token -`.

It works on the served folder where it is run, or on a server with --server, for admins.

    whence token create nightly-training --role contributor --project churn
    whence token create laptop --for ann@example.org --expires 30d
    whence token list
    whence token revoke nightly-training
"""

import argparse
from typing import Any

from whence.cli.administering import (
    add_project,
    add_server,
    office,
    projects_of,
    shown_roles,
)
from whence.cli.console import Console
from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table
from whence.cli.render.text import printable
from whence.cli.verb import add_json
from whence.errors import UsageError
from whence.model.moment import now

SUMMARY = "make, list and revoke tokens for a server"
_COLUMNS = (
    Column("id"),
    Column("token", fit=Fit.END),
    Column("acts as"),
    Column("roles", fit=Fit.END),
    Column("until"),
    Column("last used"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in (
        ("create", "make a token; it is shown this once"),
        ("list", "list the tokens that hold"),
        ("revoke", "let a token hold no more, at once"),
    ):
        one = actions.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        if name == "create":
            one.add_argument("name", metavar="NAME", help="what it is for")
            one.add_argument("--role", metavar="ROLE", help="of a service's token")
            one.add_argument("--for", metavar="USER", dest="owner", help="of a user's token: whose")
            one.add_argument("--expires", metavar="TIME", default="", help="90d, 12h (default 90d)")
            add_project(one)
        elif name == "list":
            one.add_argument("--all", action="store_true", help="those too that hold no more")
        else:
            one.add_argument("token", metavar="TOKEN", help="its name or id")
        add_server(one)
        add_json(one)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Make, list or revoke."""
    if args.action == "create" and bool(args.role) == bool(args.owner):
        raise UsageError(
            "a token acts as a user, or has a role of its own",
            hint="give either --role ROLE or --for USER",
        )
    with office(args) as desk:
        if args.action == "create":
            roles = dict.fromkeys(projects_of(args), args.role) if args.role else {}
            made = desk.create_token(args.name, args.owner or "", roles, args.expires)
            return _created(made, args, console)
        told = [desk.revoke_token(args.token)] if args.action == "revoke" else desk.tokens()
    if args.json:
        console.print_json({"tokens": told})
    elif args.action == "revoke":
        console.print(printable(f"{told[0]['name']} ({told[0]['id']}) holds no more"))
    else:
        _list(told if args.all else [each for each in told if _holds(each)], console)
    return 0


def _created(made: dict[str, Any], args: argparse.Namespace, console: Console) -> int:
    if args.json:
        console.print_json(made)
        return 0
    console.say(
        printable(
            f"{made['name']} ({made['id']}) holds until {made['expires'][:10]}; "
            "it is shown only now:"
        )
    )
    console.print(made["token"])
    return 0


def _list(told: list[dict[str, Any]], console: Console) -> None:
    if not told:
        console.print("there are no tokens that hold; `whence token create` makes one")
        return
    rows = [
        (
            each["id"],
            each["name"],
            each["owner"] or "itself",
            shown_roles(each["roles"]),
            _until(each),
            f"{each['last_used'][:16].replace('T', ' ')} {each['last_address']}".strip(),
        )
        for each in told
    ]
    paint = painter(styled=console.styled)
    console.print(render_table(_COLUMNS, rows, width=console.width, paint=paint))


def _holds(each: dict[str, Any]) -> bool:
    return not each["revoked"] and each["expires"] > now()


def _until(each: dict[str, Any]) -> str:
    if each["revoked"]:
        return f"revoked {each['revoked'][:10]}"
    return each["expires"][:10] if each["expires"] > now() else f"expired {each['expires'][:10]}"
