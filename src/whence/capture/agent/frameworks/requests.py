"""requests: the address that was asked for, and the files that were sent; urllib3 does the rest."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"requests.sessions": lambda module: _on_sessions(watch, module)}


def _on_sessions(watch: Any, module: Any) -> None:
    bodies = watch.load("bodies")

    def before_request(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        files = kwargs.get("files") or (args[7] if len(args) > 7 else None)
        url = args[2] if len(args) > 2 else kwargs["url"]
        if bodies.ASKED.get() is not None or not files:
            return None
        names = []
        for part in files.values() if isinstance(files, dict) else [each[1] for each in files]:
            opened = part[1] if isinstance(part, (tuple, list)) else part
            names += [name for name in [bodies.content_facts(opened).get("file")] if name]
        return bodies.ASKED.set(bodies.Asked(str(url), tuple(names)))

    def before_send(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if bodies.ASKED.get() is not None:
            return None
        request = args[1] if len(args) > 1 else kwargs["request"]
        return bodies.ASKED.set(bodies.Asked(request.url))

    def after(token: Any, *_: Any) -> None:
        if token is not None:
            bodies.ASKED.reset(token)

    watch.wrap(module.Session, "request", before_request, after, after)
    watch.wrap(module.Session, "send", before_send, after, after)
