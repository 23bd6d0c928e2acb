"""Python Fire: the arguments that a function of the program was called with."""

from __future__ import annotations

import inspect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"fire.core": lambda module: _on_core(watch, module)}


def _on_core(watch: Any, module: Any) -> None:
    def make(original: Any) -> Any:
        def parse_function(*args: Any, **kwargs: Any) -> Any:
            parse = original(*args, **kwargs)
            function = args[0] if args else kwargs.get("fn")

            def parsing(words: Any) -> Any:
                result = parse(words)
                tell(function, result)
                return result

            return parsing

        return parse_function

    def tell_arguments(function: Any, result: Any) -> None:
        code = getattr(inspect.unwrap(getattr(function, "__init__", function)), "__code__", None)
        code = getattr(inspect.unwrap(function), "__code__", code)
        if code is None or not watch.is_user(code.co_filename):
            return
        (positional, named), consumed, *_ = result
        signature = inspect.signature(function)
        bound = signature.bind_partial(*positional, **named)
        bound.apply_defaults()
        values = dict(bound.arguments)
        # Fire fills defaults in by itself: what was given is what differs, or what is named.
        named_words = {str(word).lstrip("-").split("=")[0] for word in consumed}
        origins = {
            name: "command line"
            if name in named_words or value != signature.parameters[name].default
            else "default"
            for name, value in values.items()
        }
        watch.configured("fire", values, origins)

    tell = watch.guarded(tell_arguments, "fire")
    watch.swap(module, "_MakeParseFn", make)
