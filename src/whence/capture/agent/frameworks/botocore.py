"""botocore, under boto3 and s3transfer: objects of S3, and calls of other services."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {
        "botocore.client": lambda module: _on_client(watch, module),
        "s3transfer.manager": lambda module: on_transfers(watch, module.TransferManager),
        "s3transfer.crt": lambda module: on_transfers(watch, module.CRTTransferManager),
    }


def _on_client(watch: Any, module: Any) -> None:
    bodies = watch.load("bodies")
    calls = watch.load("s3_calls").of(watch)
    showing = watch.load("showing")
    table = watch.load("urllib3").table(showing)

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        facts = calls.before(args, kwargs)
        return facts, bodies.ASKED.set(bodies.Asked(hushed=True))

    def after(token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        if token is None:
            return
        bodies.ASKED.reset(token[1])
        shown = calls.after(token[0], args, kwargs, result)
        if shown is not None:
            showing.show(watch, shown[0], shown[1], table)

    def failed(token: Any, *_: Any) -> None:
        if token is not None:
            bodies.ASKED.reset(token[1])

    watch.wrap(module.BaseClient, "_make_api_call", before, after, failed)


def on_transfers(watch: Any, manager: Any) -> None:
    """Which local file an object goes to or comes from, when whole files are transferred."""
    calls = watch.load("s3_calls")
    bodies = watch.load("bodies")

    def note(mode: str, bucket: Any, key: Any, place: Any) -> None:
        if isinstance(place, (str, bytes)) or hasattr(place, "__fspath__"):
            calls.TRANSFERS[mode, str(bucket), str(key)] = bodies.file_path(place)

    def on_download(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = dict(zip(("bucket", "key", "fileobj"), args[1:]), **kwargs)
        note("read", given["bucket"], given["key"], given["fileobj"])

    def on_upload(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = dict(zip(("fileobj", "bucket", "key"), args[1:]), **kwargs)
        note("write", given["bucket"], given["key"], given["fileobj"])

    watch.wrap(manager, "download", before=on_download)
    watch.wrap(manager, "upload", before=on_upload)
