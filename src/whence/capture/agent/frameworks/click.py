"""click, and typer on top of it: each parameter with where its value came from."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_ORIGINS = {
    "COMMANDLINE": "command line",
    "ENVIRONMENT": "environment variable",
    "DEFAULT": "default",
    "DEFAULT_MAP": "configuration",
    "PROMPT": "prompt",
}


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"click.core": lambda module: on_core(watch, module)}


def on_core(watch: Any, module: Any) -> None:
    """Be told when a command that the user wrote is about to be called."""

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        context = args[1] if len(args) > 1 else kwargs["ctx"]
        callback = args[0].callback
        while hasattr(callback, "__wrapped__"):
            callback = callback.__wrapped__
        code = getattr(callback, "__code__", None)
        if code is None or not watch.is_user(code.co_filename) or not context.params:
            return
        hidden = {each.name for each in args[0].params if getattr(each, "hide_input", False)}
        values = {name: value for name, value in context.params.items() if name not in hidden}
        source = getattr(context, "get_parameter_source", lambda _: None)
        origins = {}
        for name in values:
            found = getattr(source(name), "name", "")
            origins[name] = _ORIGINS.get(found, "command line")
        watch.configured("click", values, origins)

    watch.wrap(module.Command, "invoke", before=before)
