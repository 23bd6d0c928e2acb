"""Has other people's answers show, to what counts and hashes them, the bytes they hand out.

An answer gets a class of the same name and looks that differs in the methods that hand out bytes.
It refers to nothing of ours but its body, lives as long as it would, and is let go of as it would.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Mapping


def show(watch: Any, answer: Any, body: Any, table: Mapping[str, Callable[..., Any]]) -> None:
    """Have an answer's own methods show the body what they hand out.

    The object gets a class of the same name that differs in these methods alone; it refers to
    nothing of ours but the body, lives as long as it would, and is collected as it would be.

    Args:
        watch: What wraps.
        answer: The object that hands out the bytes.
        body: What they are shown to.
        table: Method → one of the functions below.
    """
    kind = type(answer)
    if getattr(kind, "_whence_shows", False):
        return
    seen = _KINDS.get(kind)
    if seen is None:
        maker: Any = type(kind)
        seen = maker(kind.__name__, (kind,), {"__slots__": (), "_whence_shows": True})
        seen.__module__, seen.__qualname__, seen.__doc__ = (
            kind.__module__,
            kind.__qualname__,
            kind.__doc__,
        )
        for name, make in table.items():
            if hasattr(kind, name):
                watch.swap(seen, name, make)
        _KINDS[kind] = seen
    try:
        answer._whence_body = body
        answer.__class__ = seen
    except (AttributeError, TypeError):
        body.extent.start()


_KINDS: dict[type, Any] = {}


def reading(original: Any) -> Any:
    """``read(amount)``: bytes; all of them without an amount, and none at the end."""

    def read(self: Any, *args: Any, **kwargs: Any) -> Any:
        body = self._whence_body
        if body.busy:
            return original(self, *args, **kwargs)
        body.busy = True
        try:
            data = original(self, *args, **kwargs)
        finally:
            body.busy = False
        body.take(data)
        amount = args[0] if args else kwargs.get("amt", kwargs.get("n"))
        if amount is None or amount < 0 or (amount and not data):
            body.end()
        return data

    return read


def reading_some(original: Any) -> Any:
    """``read1(amount)``, ``readline(limit)``: some bytes, none at the end."""

    def read(self: Any, *args: Any, **kwargs: Any) -> Any:
        body = self._whence_body
        if body.busy:
            return original(self, *args, **kwargs)
        body.busy = True
        try:
            data = original(self, *args, **kwargs)
        finally:
            body.busy = False
        body.take(data)
        if not data and args[:1] != (0,):
            body.end()
        return data

    return read


def reading_into(original: Any) -> Any:
    """``readinto(buffer)``: how many bytes now lie in it, none at the end."""

    def readinto(self: Any, buffer: Any) -> Any:
        body = self._whence_body
        if body.busy:
            return original(self, buffer)
        body.busy = True
        try:
            count = original(self, buffer)
        finally:
            body.busy = False
        if count:
            body.take(memoryview(buffer).cast("B")[:count])
        elif len(buffer):
            body.end()
        return count

    return readinto


def ending(original: Any) -> Any:
    """A generator over what other methods hand out, which ends with it."""

    def chunks(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from original(self, *args, **kwargs)
        self._whence_body.end()

    return chunks


def handing_out(original: Any) -> Any:
    """A generator of bytes; one inside another hands its bytes to that alone."""

    def chunks(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        body = self._whence_body
        if body.busy:
            yield from original(self, *args, **kwargs)
            return
        body.busy = True
        try:
            for data in original(self, *args, **kwargs):
                body.take(data)
                yield data
        finally:
            body.busy = False
        body.end()

    return chunks
