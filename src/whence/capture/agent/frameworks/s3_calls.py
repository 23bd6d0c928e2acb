"""Calls of Amazon's S3 interface, as botocore and aiobotocore make them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WRITES = frozenset({"PutObject", "CompleteMultipartUpload", "CopyObject"})
_MOST_PENDING = 1_000

TRANSFERS: dict[tuple[str, str, str], str] = {}
"""(mode, bucket, key) → local file, as transfers of whole files are asked for."""


class Calls:
    """The calls of this process."""

    def __init__(self, watch: Any) -> None:
        self.bodies = watch.load("bodies")
        self.exchanges = self.bodies.of(watch)
        self._parts: dict[str, _Parts] = {}

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a call is about to carry."""
        client, operation, given = _call(args, kwargs)
        if client.meta.service_model.service_name != "s3":
            return {}
        if operation == "PutObject":
            return self.bodies.content_facts(given.get("Body", b""))
        if operation == "UploadPart":
            upload = given.get("UploadId", "")
            if upload not in self._parts and len(self._parts) < _MOST_PENDING:
                self._parts[upload] = _Parts()
            if upload in self._parts:
                self._parts[upload].take(self.bodies, given.get("PartNumber"), given.get("Body"))
        elif operation == "CompleteMultipartUpload":
            parts = self._parts.pop(given.get("UploadId", ""), None)
            count = len(given.get("MultipartUpload", {}).get("Parts", ()))
            return parts.facts(count) if parts is not None else {}
        return {}

    def after(
        self, token: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> tuple[Any, Any] | None:
        """The call was answered.

        Returns:
            The stream that hands out the object, and what its bytes are to be shown to.
        """
        client, operation, given = _call(args, kwargs)
        service = client.meta.service_model.service_name
        endpoint = str(client.meta.endpoint_url or "")
        if service != "s3":
            self.exchanges.called(operation, endpoint, service)
            return None
        bucket, key = given.get("Bucket", ""), given.get("Key", "")
        uri = "s3://%s/%s" % (bucket, key)
        facts: dict[str, Any] = {}
        if ".amazonaws.com" not in endpoint:
            facts["endpoint"] = endpoint
        if operation == "GetObject":
            return self._got(uri, given, result, facts)
        if operation in _WRITES:
            file = TRANSFERS.get(("write", bucket, key))
            if file is not None and not (token or {}).get("sha256"):
                facts["file"] = file
            copied = result.get("CopyObjectResult") or {}
            if "CopySource" in given:
                facts["copied_from"] = _source_uri(given["CopySource"])
            self.exchanges.sent(
                operation,
                uri,
                service="s3",
                etag=result.get("ETag") or copied.get("ETag"),
                version=_version(result),
                **dict(facts, **(token or {})),
            )
        elif operation == "SelectObjectContent":
            self.exchanges.watch.remote(
                "read", uri, "s3", method=operation, expression=given.get("Expression"), **facts
            )
        return None

    def _got(
        self, uri: str, given: Any, result: Any, facts: dict[str, Any]
    ) -> tuple[Any, Any] | None:
        file = TRANSFERS.get(("read", given.get("Bucket", ""), given.get("Key", "")))
        if file is not None:
            facts["file"] = file
        headers = [
            ("content-type", result.get("ContentType")),
            ("content-length", result.get("ContentLength")),
            ("content-range", result.get("ContentRange")),
            ("etag", result.get("ETag")),
            ("x-amz-version-id", _version(result)),
            ("last-modified", result.get("LastModified")),
        ]
        body = self.exchanges.answered(
            "GET",
            uri,
            206 if result.get("ContentRange") else 200,
            [(name, str(value)) for name, value in headers if value is not None],
            service="s3",
            encoding=result.get("ContentEncoding"),
            **facts,
        )
        stream = getattr(result.get("Body"), "_raw_stream", None)
        return None if body is None or stream is None else (stream, body)


class _Parts:
    """Parts of one upload, hashed as long as they are sent in their order."""

    def __init__(self) -> None:
        import hashlib

        self.digest = hashlib.sha256()
        self.size = 0
        self.next: int | None = 1

    def take(self, bodies: Any, number: Any, data: Any) -> None:
        view = bodies.view_of(data)
        if view is None or number != self.next:
            self.next = None
            return
        self.digest.update(view)
        self.size += view.nbytes
        view.release()
        self.next = number + 1

    def facts(self, count: int) -> dict[str, Any]:
        if self.next != count + 1:
            return {}
        return {"sha256": self.digest.hexdigest(), "size": self.size}


def of(watch: Any) -> Calls:
    """The calls of this process, the same for all hooks."""
    found = _MADE.get(id(watch))
    if found is None:
        found = _MADE[id(watch)] = Calls(watch)
    return found


_MADE: dict[int, Calls] = {}


def _call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, str, Any]:
    operation = args[1] if len(args) > 1 else kwargs["operation_name"]
    given = args[2] if len(args) > 2 else kwargs["api_params"]
    return args[0], operation, given


def _version(result: Any) -> Any:
    version = result.get("VersionId")
    return None if version in (None, "null") else version


def _source_uri(source: Any) -> str:
    if isinstance(source, dict):
        return "s3://%s/%s" % (source.get("Bucket"), source.get("Key"))
    from urllib.parse import unquote

    return "s3://" + unquote(str(source).partition("?")[0]).lstrip("/")
