"""Say who may use a server, and as what: list, add and remove users, give and take roles.

Roles are reader, contributor (adds records), approver (approves as well), auditor (reads
everything, writes nothing, reads the audit log) and admin. A role holds in all projects, or in
those that --project names. Users sign in with `whence login`, through the OpenID provider of the
server or with a token of theirs (`whence token create NAME --for USER`).

It works on the served folder where it is run, or on a server with --server, for admins.

    whence user list
    whence user add ann@example.org --role contributor --project churn
    whence user role ann@example.org approver --project churn
    whence user role ann@example.org none --project churn
    whence user remove ann@example.org
"""

import argparse

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

SUMMARY = "say who may use a server, and as what"
_COLUMNS = (Column("user"), Column("roles", fit=Fit.END), Column("signs in with"), Column("since"))


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in (
        ("list", "list the users"),
        ("add", "add a user"),
        ("role", "give a user a role, or `none`"),
        ("remove", "forget a user, with all tokens and sessions"),
    ):
        one = actions.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        if name != "list":
            one.add_argument("name", metavar="NAME")
        if name == "role":
            one.add_argument("role", metavar="ROLE")
        if name == "add":
            one.add_argument("--role", metavar="ROLE", help="what the user is; without it nothing")
        if name in {"add", "role"}:
            add_project(one)
        add_server(one)
        add_json(one)


def execute(args: argparse.Namespace, console: Console) -> int:
    """List or change."""
    with office(args) as desk:
        if args.action == "add":
            roles = dict.fromkeys(projects_of(args), args.role) if args.role else {}
            told = [desk.add_user(args.name, roles)]
        elif args.action == "role":
            role = None if args.role == "none" else args.role
            told = [desk.set_role(args.name, project, role) for project in projects_of(args)][-1:]
        elif args.action == "remove":
            desk.remove_user(args.name)
            told = []
        else:
            told = desk.users()
    if args.json:
        console.print_json({"users": told})
    elif args.action == "remove":
        console.print(printable(f"{args.name} is no user any more; all tokens are revoked"))
    elif not told:
        console.print("there are no users; `whence user add NAME --role ROLE` adds one")
    else:
        rows = [
            (
                each["name"],
                shown_roles(each["roles"]),
                "the provider" if each["oidc"] else "tokens",
                each["created"][:10],
            )
            for each in told
        ]
        paint = painter(styled=console.styled)
        console.print(render_table(_COLUMNS, rows, width=console.width, paint=paint))
    return 0
