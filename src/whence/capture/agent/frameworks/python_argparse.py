"""Python's ``argparse``: what a program was told on its command line, and its defaults."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"argparse": lambda module: _on_argparse(watch, module)}


def _on_argparse(watch: Any, module: Any) -> None:
    def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        # Libraries parse words of their own; but a library's own kind of parser, called by the
        # user's code, reads the user's own classes, as HfArgumentParser does.
        own = type(args[0]).__module__ != "argparse" and watch.user() is not None
        if watch.caller(past=module.__file__) is None and not own:
            return
        parser, words = args[0], args[1] if len(args) > 1 else kwargs.get("args")
        given = [str(each) for each in (sys.argv[1:] if words is None else words)]
        values = {name: value for name, value in vars(result[0]).items() if not callable(value)}
        origins = {
            name: "command line" if _is_given(parser, name, value, given) else "default"
            for name, value in values.items()
        }
        watch.configured("argparse", values, origins)

    watch.wrap(module.ArgumentParser, "parse_known_args", after=after, outermost=True)


def _is_given(parser: Any, name: str, value: Any, words: list[str]) -> bool:
    """Whether one of the words set it: a switch by its name, a plain word by its value."""
    for action in _actions(parser):
        if action.dest == name:
            switches = action.option_strings
            if any(_names(word, switches) for word in words):
                return True
            if not switches and value != action.default:
                return True
    return False


def _names(word: str, switches: list[str]) -> bool:
    """Whether a word is one of these switches: whole, abbreviated, or with its value attached."""
    head = word.split("=", 1)[0]
    return any(
        head == each
        or (len(each) == 2 and word.startswith(each))
        or (len(head) > 2 and head.startswith("--") and each.startswith(head))
        for each in switches
    )


def _actions(parser: Any) -> list[Any]:
    """The arguments of a parser, and of the parsers of its subcommands."""
    found = list(parser._actions)
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for inner in action.choices.values():
                found += _actions(inner) if hasattr(inner, "_actions") else []
    return found
