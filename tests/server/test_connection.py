import asyncio
from typing import Any

from whence.server.connection import Corked


class Transport:
    def __init__(self) -> None:
        self.calls: list[Any] = []

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.calls or "abort" in self.calls


def said(*what: str) -> list[Any]:
    """What reaches the transport when this is done in one turn of the loop."""
    transport = Transport()

    async def turn() -> None:
        corked = Corked(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        for each in what:
            if each in {"close", "abort", "is_closing"}:
                getattr(corked, each)()
            else:
                corked.write(each.encode())
        await asyncio.sleep(0)

    asyncio.run(turn())
    return transport.calls


def test_one_turn_is_one_call() -> None:
    assert said("a", "b", "is_closing", "c") == [b"abc"]
    assert said("a") == [b"a"]
    assert said() == []


def test_what_was_said_is_sent_before_the_end() -> None:
    assert said("a", "b", "close", "c") == [b"ab", "close"]
    assert said("a", "abort") == ["abort"]
