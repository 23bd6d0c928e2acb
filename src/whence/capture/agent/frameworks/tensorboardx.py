"""tensorboardX: the same writer as PyTorch's, from another package."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    on_writer = watch.load("tensorboard").on_writer
    return {"tensorboardX.writer": lambda module: on_writer(watch, module)}
