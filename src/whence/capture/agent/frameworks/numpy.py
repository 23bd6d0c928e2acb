"""numpy: seeds, whether its global generator was used without one, and arrays in files."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    found = {"numpy.random": lambda module: _on_random(watch, module)}
    found.update(watch.load("numpy_files").hooks(watch))
    return found


def _on_random(watch: Any, module: Any) -> None:
    seeded: list[Any] = []

    def on_seed(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
        value = args[0] if args else kwargs.get("seed")
        if value is not None:
            seeded.append(True)
            watch.seed("numpy", value, "numpy.random.seed")

    def on_state(*_: Any) -> None:
        seeded.append(True)

    def on_generator(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        frame = watch.caller()
        if frame is None:
            return
        value = args[0] if args else kwargs.get("seed")
        if value is None:
            watch.random("numpy.default_rng", seeded=False)
        elif not hasattr(value, "bit_generator") and not hasattr(value, "random_raw"):
            shown = getattr(value, "entropy", value)
            watch.seed("numpy.default_rng", shown, "numpy.random.default_rng", watch.where(frame))

    watch.wrap(module, "seed", after=on_seed)
    watch.wrap(module, "set_state", after=on_state)
    watch.wrap(module, "default_rng", before=on_generator)
    _tell_random_states(watch, module)
    state = _state_of(module)

    def at_end() -> None:
        if state is not None and not seeded and _state_of(module) != state:
            watch.random("numpy", seeded=False)

    watch.at_end(at_end)


def _state_of(module: Any) -> Any:
    """The state of the global generator, in a form that can be compared."""
    state = module.mtrand._rand._bit_generator.state["state"]
    return state["key"].tobytes(), state["pos"]


_CALL = re.compile(r"RandomState\(\s*(?:seed\s*=\s*)?([\w.]+(?:\s*[-+*]\s*[\w.]+)*)\s*\)")
_TERM = re.compile(r"[\w.]+|[-+*]")
_OFTEN = 200
_SETTINGS = {"DictConfig", "ConfigDict", "AttrDict", "EasyDict", "Box", "Munch"}
"""Mappings whose keys are attributes; to ask them runs no code but theirs."""


def _tell_random_states(watch: Any, module: Any) -> None:
    """Old generators take their seed in a compiled constructor, which asks a name of its module.

    That name is where we notice; the seed itself stands in the line of the user's code, as a number
    or as a variable that can be looked up.
    """
    original: Any = module.mtrand._MT19937
    lines: dict[str, int] = {}

    def notice() -> None:
        frame = watch.caller()
        if frame is None:
            return
        where = watch.where(frame)
        lines[where] = lines.get(where, 0) + 1
        if lines[where] > _OFTEN:
            return
        import linecache

        found = _CALL.findall(linecache.getline(frame.f_code.co_filename, frame.f_lineno))
        value = _looked_up(found[0], frame) if len(found) == 1 else None
        if isinstance(value, int):
            watch.seed("numpy.RandomState", value, "numpy.random.RandomState", where)

    guarded = watch.guarded(notice, "numpy.random.RandomState")

    class _Noticing(type):
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            guarded()
            return original(*args, **kwargs)

        def __instancecheck__(cls, thing: Any) -> bool:
            return isinstance(thing, original)

    class MT19937(original, metaclass=_Noticing):  # type: ignore[misc]
        """Makes what it stands for."""

    watch.swap(module.mtrand, "_MT19937", lambda _: MT19937)


def _looked_up(text: str, frame: Any) -> Any:
    """What a number, a variable, or a short sum of them means where it is written."""
    value: Any = None
    sign = "+"
    for at, term in enumerate(_TERM.findall(text)):
        if term in "+-*":
            sign = term
            continue
        found = int(term) if term.isdecimal() else _named(term, frame)
        if at == 0:
            value = found
        elif type(value) is not int or type(found) is not int or sign == "*":
            return None  # a product goes before a sum, and seeds are seldom products
        else:
            value = value + found if sign == "+" else value - found
    return value


def _named(name: str, frame: Any) -> Any:
    """What a dotted name means: variables, and plain attributes of them."""
    first, *rest = name.split(".")
    value = frame.f_locals.get(first, frame.f_globals.get(first))
    for part in rest:
        inside = getattr(value, "__dict__", None)
        if type(value).__name__ in _SETTINGS:
            value = getattr(value, part, None)
        else:
            value = inside.get(part) if isinstance(inside, dict) else None
    return value
