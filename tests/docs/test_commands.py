import runpy
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="argparse words options otherwise from Python 3.13 on"
)
def test_every_command_has_its_page_and_no_page_is_stale() -> None:
    wanted = runpy.run_path(str(DOCS / "make_reference.py"))["pages"]()
    written = {path.name: path.read_text() for path in (DOCS / "commands").glob("*.md")}
    assert written == wanted, "run: python docs/make_reference.py"


def test_the_page_of_the_api_is_not_stale() -> None:
    wanted = runpy.run_path(str(DOCS / "make_reference.py"))["api_page"]()
    assert (DOCS / "api.md").read_text() == wanted, "run: python docs/make_reference.py"
