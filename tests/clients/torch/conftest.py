"""Programs that train with PyTorch and its relatives, watched from inside."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from capture.frameworks.conftest import Watched, watch

__all__ = ["watch"]

QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


@pytest.fixture
def train(watch: Any, client: Path, tmp_path: Path) -> Callable[..., Watched]:
    """Run Python source in the environment with PyTorch, and tell what its hooks told.

    With ``compare`` it is run without the agent too: its output and its end must be the same.
    """
    home = {"HF_HOME": str(tmp_path / "hf"), "HOME": str(tmp_path)}
    return partial(_train, watch, str(client), QUIET | home)


def _train(
    watch: Any,
    python: str,
    quiet: dict[str, str],
    source: str,
    *,
    env: dict[str, str] | None = None,
    compare: bool = False,
) -> Watched:
    found: Watched = watch(source, env=quiet | (env or {}), python=python, compare=compare)
    assert found.status == 0, found.stderr
    assert [each for each in found.all("gap") if each["kind"] == "observer-blind"] == []
    return found
