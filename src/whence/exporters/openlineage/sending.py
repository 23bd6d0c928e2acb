"""Where events go: a file, a receiver over HTTP, a topic of Kafka.

A file needs nothing. The others are sent through ``openlineage-python``, which knows how to try
again, to compress and to say who sends.
"""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlsplit

from whence.errors import StoreError, UsageError

Event = Mapping[str, Any]


class Transport(Protocol):
    """What ``openlineage-python`` sends through."""

    def emit(self, event: Any) -> object:
        """Send one event."""

    def close(self, timeout: float = -1) -> bool:
        """Send what waits."""


class Sender:
    """Sends events, one after the other."""

    def __init__(self, send: Callable[[Event], object], close: Callable[[], object]) -> None:
        self._send = send
        self._close = close
        self.sent = 0

    def send(self, event: Event) -> None:
        """Send an event.

        Raises:
            StoreError: it could not be sent; those before it were.
        """
        try:
            self._send(event)
        except BrokenPipeError:
            raise
        except Exception as error:  # whatever a transport fails by
            raise StoreError(
                f"event {self.sent + 1} could not be sent: {_said(error)}",
                hint="the events before it were; sending all again does no harm",
            ) from error
        self.sent += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._close()
            return
        with suppress(Exception):
            self._close()


def sender_to(target: str, *, key: str = "", settings: Mapping[str, str] | None = None) -> Sender:
    """A sender to an address.

    Args:
        target: A path, ``-`` for standard output, ``http(s)://HOST``, or
            ``kafka://BROKER[,BROKER]/TOPIC``.
        key: What the receiver is told to say who sends: an API key or a token.
        settings: Further settings of Kafka's producer, as it calls them.

    Raises:
        UsageError: there is no such way, or the package that goes it is not installed.
    """
    scheme = urlsplit(target).scheme if "://" in target else ""
    open_way = _WAYS.get(scheme)
    if open_way is None:
        raise UsageError(
            f"events cannot be sent to {target!r}",
            hint="a path, -, http(s)://HOST or kafka://BROKER/TOPIC",
        )
    return open_way(target, key, dict(settings or {}))


def _to_file(target: str, key: str, settings: dict[str, str]) -> Sender:
    del key, settings
    if target == "-":
        return Sender(lambda event: sys.stdout.write(_line(event)), sys.stdout.flush)
    try:
        file = Path(target).open("w", encoding="utf-8")  # noqa: SIM115  the sender closes it
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error
    return Sender(lambda event: file.write(_line(event)), file.close)


def _to_http(target: str, key: str, settings: dict[str, str]) -> Sender:
    del settings
    config: dict[str, Any] = {"type": "http", "url": target, "compression": "gzip"}
    parts = urlsplit(target)
    if parts.path.strip("/"):
        config |= {"url": f"{parts.scheme}://{parts.netloc}", "endpoint": parts.path.lstrip("/")}
    if key:
        config["auth"] = {"type": "api_key", "apiKey": key}
    return _through(_transport(config))


def _to_kafka(target: str, key: str, settings: dict[str, str]) -> Sender:
    del key
    parts = urlsplit(target)
    topic = parts.path.strip("/")
    if not parts.netloc or not topic:
        raise UsageError(
            f"{target!r} names no topic", hint="kafka://BROKER:9092/openlineage.events"
        )
    producer = {"bootstrap.servers": parts.netloc, **dict(parse_qsl(parts.query)), **settings}
    transport = _transport({"type": "kafka", "topic": topic, "config": producer, "flush": False})

    def send(event: Event) -> None:
        job = event["job"]
        # What is told of one job stays in order: one key, one partition.
        transport.message_key = f"run:{job['namespace']}/{job['name']}"  # type: ignore[attr-defined]
        transport.emit(event)

    return Sender(send, transport.close)


def _through(transport: Transport) -> Sender:
    return Sender(transport.emit, transport.close)


def _transport(config: dict[str, Any]) -> Transport:
    try:
        from openlineage.client.transport import get_default_factory  # noqa: PLC0415  an extra

        made: Transport = get_default_factory().create(config)
    except ModuleNotFoundError as error:
        package = "confluent-kafka" if error.name == "confluent_kafka" else "whence[openlineage]"
        raise UsageError(
            f"sending to {config['type']} needs a package that is not installed: {error.name}",
            hint=f"pip install '{package}'; a file needs none",
        ) from error
    return made


_Way = Callable[[str, str, dict[str, str]], Sender]

_WAYS: Mapping[str, _Way] = MappingProxyType(
    {"": _to_file, "http": _to_http, "https": _to_http, "kafka": _to_kafka}
)
"""Scheme of the target → how it is reached."""


def _line(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"


def _said(error: Exception) -> str:
    """What an error says, with what the receiver answered where it did."""
    answer = getattr(error, "response", None)
    text = str(getattr(answer, "text", "") or "")[:300]
    return f"{error}{': ' + text if text else ''}"
