"""A record behind HTTP as a store like any other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from whence.errors import NotFoundError, StoreError, StoreVersionError, WhenceError, WireError
from whence.store.interface import Head
from whence.store.locking import LOCK_NAME, exclusive
from whence.store.remote.calls import MOST_CALLS, VERSION, decode_answer, encode_call
from whence.store.remote.channel import Channel
from whence.store.remote.overlay import Overlay
from whence.store.remote.problems import AnsweredError
from whence.store.remote.reader import RemoteReader
from whence.store.sealing import Sealed

_MOMENTS = "/api/v1/moments"
_ENTRIES = "/api/v1/ledger/entries?fresh=true"
_LINES = "application/x-ndjson"


class RemoteStore:
    """The record of a server.

    Args:
        channel: The way to it.
        folder: The workspace's own folder, whose lock is held while a block writes: whoever clears
            up there counts on it.
    """

    def __init__(self, channel: Channel, folder: Path | None = None) -> None:
        self.channel = channel
        self._folder = folder

    @property
    def url(self) -> str:
        """Where the server is."""
        return self.channel.url

    @contextmanager
    def reading(self) -> Iterator[RemoteReader]:
        """One consistent moment, which the server holds open meanwhile.

        Raises:
            StoreUnreachableError: the server is away.
            StoreError: it says no.
        """
        try:
            told = self.request("POST", _MOMENTS, {}, repeatable=True)
        except NotFoundError as error:
            raise self._other_version("an older") from error
        moment, head = self._read_moment(told)
        try:
            yield RemoteReader(lambda calls: self._ask(moment, calls), head)
        finally:
            # The server lets go of it by itself if this does not arrive.
            with suppress(WhenceError, AnsweredError):
                self.channel.ask("DELETE", f"{_MOMENTS}/{moment}")

    @contextmanager
    def writing(self, *, timeout: float = 30.0) -> Iterator[Overlay]:
        """A moment and, over it, the block's own records; they are sent when the block ends well.

        Raises:
            ConflictError: somebody wrote meanwhile what makes a record wrong; none was kept.
        """
        folder = self._folder
        lock = nullcontext() if folder is None else exclusive(folder / LOCK_NAME, timeout)
        with lock, self.reading() as reader:
            overlay = Overlay(reader)
            yield overlay
            if overlay.fresh:
                self.send(overlay.fresh)

    def send(self, sealed: Sequence[Sealed]) -> None:
        """Have records kept together, or none of them."""
        lines = [b'["%s",%s,%s]\n' % _parts(each) for each in sealed]
        self.request("POST", _ENTRIES, b"".join(lines), repeatable=True, media=_LINES)

    def prepare(self) -> None:
        """The server does so itself."""

    def rebuild(self) -> None:
        """Have the server make its graph anew."""
        self.request("POST", "/api/v1/rebuild", {}, repeatable=True)

    def close(self) -> None:
        """Let go of the connections."""
        self.channel.close()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        repeatable: bool = False,
        media: str = "application/json",
    ) -> Any:
        """Ask the server; a refusal is the error that it means here."""
        try:
            return self.channel.ask(method, path, body, repeatable=repeatable, media=media)
        except AnsweredError as answered:
            raise answered.as_error(self.url) from answered

    # ------------------------------------------------------------- machinery

    def _read_moment(self, told: Any) -> tuple[str, Head]:
        match told:
            case {"v": int(version)} if version != VERSION:
                raise self._other_version("an older" if version < VERSION else "a newer")
            case {"moment": str(moment), "head": head}:
                return moment, decode_answer("head", head)
        raise self._no_server()

    def _ask(self, moment: str, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        told = [encode_call(name, arguments) for name, arguments in calls]
        answers: list[Any] = []
        while len(answers) < len(calls):
            left = told[len(answers) : len(answers) + MOST_CALLS]
            reply = self.request(
                "POST", f"{_MOMENTS}/{moment}/ask", {"calls": left}, repeatable=True
            )
            found = reply.get("answers") if isinstance(reply, dict) else None
            if not isinstance(found, list) or not 0 < len(found) <= len(left):
                raise self._no_server()
            names = (name for name, _ in calls[len(answers) :])
            try:
                answers += [
                    decode_answer(name, each) for name, each in zip(names, found, strict=False)
                ]
            except WireError as error:
                raise StoreError(
                    f"{self.url} gives an answer that cannot be read: {error.message}",
                    hint="install the same version of whence on both sides",
                ) from error
        return answers

    def _other_version(self, which: str) -> StoreVersionError:
        return StoreVersionError(
            f"{self.url} runs {which} Whence, which is asked in another way",
            hint="install the same version on both sides",
        )

    def _no_server(self) -> StoreError:
        return StoreError(
            f"{self.url} answers, but not as a server of this Whence does",
            hint="check the address, and that both sides have the same version of whence",
        )


def _parts(sealed: Sealed) -> tuple[bytes, bytes, bytes]:
    assert sealed.salt is not None
    assert sealed.body is not None
    return sealed.salt.hex().encode(), sealed.entry, sealed.body
