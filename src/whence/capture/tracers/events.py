"""What tracers say, one event at a time, and how an event is written down as a line.

An event is a plain tuple, because a training that opens a million files makes a million of them:
``(kind, pid, at, path, other, stat, detail)``. Paths are absolute, their folder is real.

======  ================================================================================
kind    meaning
======  ================================================================================
begin   the run: ``path`` is its workspace
start   a process: ``detail`` is its parent's pid
exec    ``path`` was started; ``other`` holds the arguments, see ``join_argv``
scene   ``path`` is the folder in which a program is about to start; ``detail``: which pipes and
        files its standard streams are, see ``join_streams``
end     a process ended by itself: ``detail`` is its exit status
read    ``path`` was opened for reading; ``stat`` then; ``other``: the link it was named by
write   ``path`` was opened for writing; ``stat`` before, or none if it is new;
        ``detail`` holds letters of how: ``t`` truncated, ``a`` append, ``r`` also readable
move    ``path`` became ``other``; ``stat`` of what was moved; ``detail`` ``x``: exchanged
link    ``other`` became another name of ``path``
delete  ``path`` was removed
touch   only the times of ``path`` were set
secure  the content of ``path`` that had been read was about to go: ``detail`` tells how it is
        kept: ``sha256:…``, ``fd`` or ``lost:`` and why; ``made:`` before it where another process
        of the run had made that content; ``stat`` then
stdio   descriptor ``detail`` was ``path`` when the run began
gap     something unseen: ``detail`` is the kind of gap, ``path`` what about, ``other`` why
mark    a position in the accelerator's ring, in ``detail``: what lies before is written down
======  ================================================================================
"""

from whence.errors import WireError

Stat = tuple[int, int, int, int, int]
"""Device, inode, size, mtime_ns, ctime_ns; see ``interface.Identity``."""

Event = tuple[str, int, int, str, str, Stat | None, str]

KINDS = frozenset(
    {
        "begin",
        "start",
        "exec",
        "scene",
        "end",
        "read",
        "write",
        "move",
        "link",
        "delete",
        "touch",
        "secure",
        "stdio",
        "gap",
        "mark",
    }
)

_ARGV_KEPT = 16_384


def join_argv(argv: list[str]) -> str:
    """Put arguments into one field, NUL between them, cut at 16 KiB."""
    return "\0".join(argv)[:_ARGV_KEPT]


def split_argv(field: str) -> tuple[str, ...]:
    """Take ``join_argv`` apart again."""
    return tuple(field.split("\0")) if field else ()


def join_streams(streams: dict[int, str]) -> str:
    """Put what standard streams are into one field: ``0=pipe:[17]``, NUL, ``1=/tmp/out.txt``."""
    return "\0".join(f"{number}={name}" for number, name in streams.items())


def split_streams(field: str) -> dict[int, str]:
    """Take ``join_streams`` apart again; what is none is left out."""
    pairs = (each.partition("=") for each in field.split("\0"))
    return {int(number): name for number, _, name in pairs if number.isdigit() and name}


def encode(event: Event) -> bytes:
    """One line for the journal: fields between tabs, a newline at the end, both escaped inside."""
    kind, pid, at, path, other, stat, detail = event
    numbers = "-" if stat is None else f"{stat[0]},{stat[1]},{stat[2]},{stat[3]},{stat[4]}"
    words = f"{path}\t{other}\t{detail}"
    if words.count("\t") != 2 or "\\" in words or "\n" in words:
        words = f"{_escape(path)}\t{_escape(other)}\t{_escape(detail)}"
    line = f"{kind}\t{pid}\t{at}\t{numbers}\t{words}\n"
    return line.encode("utf-8", "surrogateescape")


def decode(line: bytes) -> Event:
    """Read one whole line back.

    Raises:
        WireError: it is torn, or was not written by ``encode``.
    """
    if not line.endswith(b"\n"):
        raise WireError("the journal's last line is torn")
    fields = line[:-1].decode("utf-8", "surrogateescape").split("\t")
    try:
        kind, pid, at, numbers, path, other, detail = fields
        stat = None if numbers == "-" else _stat(numbers)
        event = (kind, int(pid), int(at), _unescape(path), _unescape(other), stat, detail)
    except ValueError as error:
        raise WireError(f"a line of the journal has another form: {line[:80]!r}") from error
    if kind not in KINDS:
        raise WireError(f"a line of the journal is of an unknown kind: {kind!r}")
    return (*event[:6], _unescape(event[6]))


def _stat(numbers: str) -> Stat:
    device, inode, size, modified, changed = (int(number) for number in numbers.split(","))
    return device, inode, size, modified, changed


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    parts = [part.replace("\\n", "\n").replace("\\t", "\t") for part in text.split("\\\\")]
    return "\\".join(parts)
