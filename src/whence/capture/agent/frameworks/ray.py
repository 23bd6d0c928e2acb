"""Ray: tasks and calls of actors on this machine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {
        "ray.remote_function": lambda module: on_calls(watch, module.RemoteFunction, "_remote"),
        "ray.actor": lambda module: on_calls(watch, module.ActorMethod, "_remote"),
    }


def on_calls(watch: Any, owner: Any, name: str) -> None:
    """Each call that is sent away."""
    kept = watch.load("pools").pools(watch)

    def after(_token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
        kept.add("ray", 0, 1)

    watch.wrap(owner, name, after=after)
