"""skops: models of scikit-learn in files that are safe to load."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    names = {"dump": "dump", "load": "load"}

    def on_files(module: Any) -> None:
        watch.load("stored").hook(watch, module, names, users=False)

    return {"skops.io._persist": on_files}
