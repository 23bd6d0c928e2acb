"""numpy: seeds, whether its global generator was used without one, and arrays in files."""

from __future__ import annotations

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
    state = _state_of(module)

    def at_end() -> None:
        if state is not None and not seeded and _state_of(module) != state:
            watch.random("numpy", seeded=False)

    watch.at_end(at_end)


def _state_of(module: Any) -> Any:
    """The state of the global generator, in a form that can be compared."""
    state = module.mtrand._rand._bit_generator.state["state"]
    return state["key"].tobytes(), state["pos"]
