"""aiobotocore, under s3fs: objects of S3, and calls of other services."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"aiobotocore.client": lambda module: _on_client(watch, module)}


def _on_client(watch: Any, module: Any) -> None:
    bodies = watch.load("bodies")
    calls = watch.load("s3_calls").of(watch)
    streams = watch.load("aiohttp")

    def after(token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        shown = calls.after(token, args, kwargs, result)
        if shown is not None and hasattr(shown[0], "content"):
            streams.show(watch, shown[0], shown[1])

    make = bodies.awaiting(watch, calls.before, after, hush=True)
    watch.swap(module.AioBaseClient, "_make_api_call", make)
