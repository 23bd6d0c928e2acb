"""Writes commands/*.md, rules.md and api.md from the code: ``python docs/make_reference.py``.

A test fails when a page is not what this would write.
"""

import argparse
import os
from pathlib import Path
from typing import Any

from whence import plugins
from whence.cli.main import ORDER
from whence.cli.verb import Verb

FOLDER = Path(__file__).parent / "commands"
API = Path(__file__).parent / "api.md"
RULES = Path(__file__).parent / "rules.md"


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


def rules_page() -> str:
    """Everything that a policy may ask, by the docstrings and options of the rules."""
    from whence.governance.listing import rules_json  # noqa: PLC0415
    from whence.governance.rules import load_rules  # noqa: PLC0415

    told = rules_json(load_rules())
    lines = [
        "# Rules",
        "",
        "What a policy may ask (`whence check --rules`); [the guide](guides/gates.md) shows how.",
        "Each rule is a plugin: a module behind the entry point `whence.rules`, see",
        "`src/whence/governance/rules/interface.py`.",
    ]
    for each in told["rules"]:
        lines += ["", f"## {each['rule']}", "", each["about"]]
        if each["options"]:
            lines += ["", *_options(each["options"])]
    lines += ["", "## What every rule may be given", "", *_options(told["common"])]
    return "\n".join(lines) + "\n"


def _options(options: list[dict[str, Any]]) -> list[str]:
    rows = ["| option | value | default | what it asks |", "|---|---|---|---|"]
    for each in options:
        value = ", ".join(f"`{word}`" for word in each["choices"]) or each["sort"]
        default = each["default"]
        words = ", ".join(default) if isinstance(default, list) else default
        told = "" if words is None else str(words).lower() if isinstance(words, bool) else words
        must = "must be said" if each["required"] else told
        rows.append(f"| `{each['name']}` | {value} | {must} | {each['meaning']} |")
    return rows


if __name__ == "__main__":
    RULES.write_text(rules_page(), encoding="utf-8")
    API.write_text(api_page(), encoding="utf-8")
    FOLDER.mkdir(exist_ok=True)
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
