"""The page of the rules is made of the rules."""

import runpy
from pathlib import Path

from whence.governance.rules import load_rules

DOCS = Path(__file__).parents[2] / "docs"


def test_every_rule_is_on_the_page_and_the_page_is_not_stale() -> None:
    wanted = runpy.run_path(str(DOCS / "make_reference.py"))["rules_page"]()
    assert (DOCS / "rules.md").read_text() == wanted, "run: python docs/make_reference.py"
    assert all(f"## {name}\n" in wanted for name in load_rules())
