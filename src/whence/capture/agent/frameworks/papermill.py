"""papermill: the parameters that a notebook was executed with."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"papermill.execute": lambda module: _on_execute(watch, module)}


def _on_execute(watch: Any, module: Any) -> None:
    def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        # The very parameters that went into the notebook, after defaults and templates.
        values = kwargs.get("parameters", args[1] if len(args) > 1 else None)
        if values:
            flat = watch.flat(dict(values))
            watch.configured("papermill", flat, dict.fromkeys(flat, "command line"))

    watch.wrap(module, "parameterize_notebook", after=after)
