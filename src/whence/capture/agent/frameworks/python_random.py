"""Python's ``random``: seeds, and whether the program used it without one."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_NAMES = {"random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform"}


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"random": lambda module: _on_random(watch, module)}


def _on_random(watch: Any, module: Any) -> None:
    seeded: list[Any] = []

    def on_seed(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
        value = args[0] if args else kwargs.get("a")
        if value is not None:
            seeded.append(True)
            watch.seed("random", value, "random.seed")

    def on_instance(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        value = args[1] if len(args) > 1 else kwargs.get("a")
        frame = watch.caller(past=module.__file__)
        if value is not None and frame is not None:
            watch.seed("random.Random", value, "random.Random", watch.where(frame))

    watch.wrap(module, "seed", after=on_seed)
    watch.wrap(module.Random, "seed", before=on_instance)
    before = module.getstate()

    def at_end() -> None:
        # Nothing is wrapped that draws numbers: the state tells whether any was drawn.
        if not seeded and _is_used(watch, module) and module.getstate() != before:
            watch.random("random", seeded=False)

    watch.at_end(at_end)


def _is_used(watch: Any, module: Any) -> bool:
    """Whether the user's own code has the module or its functions; libraries draw for jitter."""
    drawing = {id(getattr(module, name)) for name in _NAMES} | {id(module)}
    for each in list(sys.modules.values()):
        name = getattr(each, "__file__", None) or ""
        own = each.__name__ == "__main__" if hasattr(each, "__name__") else False
        if (own or (name and watch.is_user(name))) and any(
            id(value) in drawing for value in list(vars(each).values())
        ):
            return True
    return False
