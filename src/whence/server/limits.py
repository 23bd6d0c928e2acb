"""What a server takes, as one table; what is more is refused with a reason, never a hang."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table."""

    value: int
    unit: str
    answer: str
    """What happens beyond it."""


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "body": Limit(8_000_000, "bytes", "413"),
        "text": Limit(262_144, "bytes of one source text", "413"),
        "depth": Limit(100, "arrays and objects in one another", "400"),
        "nodes": Limit(100_000, "values in one body", "413"),
        "string": Limit(1_000_000, "bytes", "413"),
        "key": Limit(1_000, "bytes", "413"),
        "integer": Limit(64, "bits", "422"),
        "batch": Limit(1_000, "events or records", "413"),
        "header": Limit(16_384, "bytes", "431"),
        "header_time": Limit(10, "seconds", "the connection is closed"),
        "idle_time": Limit(75, "seconds", "the connection is closed"),
        "body_time": Limit(10, "seconds, and one more for each 256 kB", "408"),
        "answer_time": Limit(30, "seconds without a byte taken", "the connection is closed"),
        "connections": Limit(2_000, "at once", "503 with Retry-After"),
        "connections_of_one": Limit(64, "at once, of one other machine", "503 with Retry-After"),
        "queue": Limit(4_000, "submissions not kept yet", "429 with Retry-After"),
        "readers": Limit(8, "questions answered at once", "others wait"),
        "reserve": Limit(64_000_000, "bytes of the disk stay free", "507 with Retry-After"),
        "moments": Limit(64, "moments of the record held open", "429 with Retry-After"),
        "moment_idle": Limit(30, "seconds in which nobody asks it", "the moment is let go of"),
        "moment_time": Limit(600, "seconds", "the moment is let go of"),
        "page": Limit(1_000, "items of one page", "400"),
        "drained": Limit(262_144, "bytes of a refused body", "the connection is closed"),
    }
)
"""``docs/guides/server.md`` has it in words; ``docs/decisions/0024-server.md`` says why."""


def limit(name: str) -> int:
    """The value of a row."""
    return LIMITS[name].value
