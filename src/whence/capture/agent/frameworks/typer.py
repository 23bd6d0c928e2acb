"""typer, which brings its own copy of click since 0.20; before that it used the other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    click = watch.load("click")
    return {"typer._click.core": lambda module: click.on_core(watch, module)}
