"""Writes docs/commands/*.md and docs/api.md from the code: ``python docs/make_reference.py``.

A test fails when a page is not what this would write.
"""

import argparse
import os
from pathlib import Path

from whence import plugins
from whence.cli.main import ORDER
from whence.cli.verb import Verb

FOLDER = Path(__file__).parent / "commands"
API = Path(__file__).parent / "api.md"


def page(name: str, verb: Verb) -> str:
    """One command's page: what it does, then its own help."""
    # argparse folds lines by the terminal's width, which must not decide what a page says.
    os.environ["COLUMNS"] = "88"
    parser = argparse.ArgumentParser(prog=f"whence {name}", add_help=False)
    verb.configure(parser)
    about = (verb.__doc__ or "").strip()
    return f"# whence {name}\n\n{about}\n\n```text\n{parser.format_help().strip()}\n```\n"


def pages() -> dict[str, str]:
    """File name → content, for every command and the list of them."""
    written = {}
    rows = []
    for name in plugins.names("whence.commands", ORDER):
        verb = plugins.load("whence.commands", name)
        assert verb is not None
        written[f"{name}.md"] = page(name, verb)
        rows.append(f"| [`whence {name}`]({name}.md) | {verb.SUMMARY} |")
    table = "\n".join(["| command | what it does |", "|---|---|", *rows])
    about = (
        "Every command that prints also takes `--json`: a documented object, stable for scripts\n"
        "(`src/whence/wire/schemas`). Exit status: 0 done, 1 a finding or a negative answer,\n"
        "2 wrong use; `run` gives back the command's own."
    )
    written["README.md"] = f"# Commands\n\n{about}\n\n{table}\n"
    return written


def api_page() -> str:
    """Everything that can be asked of a server, by the description that it publishes."""
    from whence.server.api import all_routes  # noqa: PLC0415  an extra
    from whence.server.openapi import describe  # noqa: PLC0415

    lines = [
        "# The API",
        "",
        "What `whence serve` answers to. `/openapi.json` has it whole, with the types of every",
        "body and answer. What a caller needs is `public`, `read`, `write`, `approve`, `audit` or",
        "`admin`.",
    ]
    topic = ""
    for path, methods in describe(all_routes())["paths"].items():
        for method, told in methods.items():
            if told["tags"][0] != topic:
                topic = told["tags"][0]
                head = ["| method and path | needs | what it does |", "|---|---|---|"]
                lines += ["", f"## {topic}", "", *head]
            asked = [
                each["name"] if each["required"] else f"[{each['name']}]"
                for each in told.get("parameters", ())
                if each["in"] == "query"
            ]
            where = f"{method.upper()} {path}" + ("?" + "&".join(asked) if asked else "")
            summary = told["summary"].replace("|", "\\|")
            lines.append(f"| `{where}` | {told['x-needs']} | {summary} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    API.write_text(api_page(), encoding="utf-8")
    FOLDER.mkdir(exist_ok=True)
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
