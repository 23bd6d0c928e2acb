"""Golden files: pictures that may change only on purpose.

``WHENCE_UPDATE_GOLDEN=1 pytest tests/drawing`` writes them anew; the change is then reviewed like
any other. Whoever moves a box of an existing picture raises ``LAYOUT_VERSION``.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("WHENCE_UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8", newline="")
        assert path.read_bytes().decode("utf-8") == text

    return compare
