"""Every example in the README and the guides is run, and prints what the page says.

A fenced block of the language ``console`` is a session: lines that begin with ``$`` are commands,
the lines below are what they print. ``…`` stands for anything within a line, a line of its own
for any lines. Blocks of the language ``python`` with a first line ``# name.py`` are files. All
blocks of a page share one folder.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scratch import make_project

DOCS = Path(__file__).parents[2]
PAGES = [DOCS / "README.md", *sorted((DOCS / "docs" / "guides").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./-]+)\n")


def sessions(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


def pattern_of(lines: list[str]) -> re.Pattern[str]:
    """Lines as a pattern: ``…`` is anything."""
    parts = []
    for line in lines:
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(re.escape(line.rstrip()).replace("…", ".*?") + r"\s*?\n")
    return re.compile("".join(parts) + r"\s*\Z")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    env = project.env | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if named := FILE.match(text):
            project.write(named[1], text[named.end() :])
        if language != "console":
            continue
        for command, wanted in sessions(text):
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=project.folder,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
                check=False,
            )
            told = "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
            assert pattern_of(wanted).match(told), f"$ {command}\n{told}"
