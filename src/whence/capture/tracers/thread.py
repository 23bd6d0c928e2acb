"""Looking into a stopped thread of the job, through /proc: its arguments, its folder, its kin.

Its memory is read with plain ``pread`` of ``/proc/TID/mem``, which works unprivileged for one's own
descendants and where ptrace and process_vm_readv are refused.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import os

_PAGE = 4096
_CHUNK = 512
_KEPT_OPEN = 256
_AT_FDCWD = 0xFFFFFF9C
_MANY_ARGUMENTS = 1000


class Threads:
    """All threads that have asked so far."""

    def __init__(self) -> None:
        self._memory: dict[int, int] = {}
        self._process: dict[int, tuple[int, int]] = {}

    def text(self, tid: int, address: int) -> str | None:
        """The zero-terminated string at an address; ``None`` if there is none."""
        data = self._until_zero(tid, address)
        return None if data is None else os.fsdecode(data)

    def words(self, tid: int, address: int) -> list[str]:
        """The strings of an ``argv`` array, as far as they can be read."""
        found: list[str] = []
        while address and len(found) < _MANY_ARGUMENTS:
            pointer = self.number(tid, address)
            text = self.text(tid, pointer) if pointer else None
            if text is None:
                break
            found.append(text)
            address += 8
        return found

    def number(self, tid: int, address: int) -> int | None:
        """The 64-bit number at an address."""
        for _ in range(2):
            try:
                data = os.pread(self._open(tid), 8, address)
                if len(data) == 8:
                    return int.from_bytes(data, "little")
            except OSError:
                pass
            self._forget_memory(tid)
        return None

    def _until_zero(self, tid: int, address: int) -> bytes | None:
        # Twice, because exec replaces the address space behind a descriptor that is open already.
        for _ in range(2):
            out, at = b"", address
            try:
                fd = self._memory.get(tid) or self._open(tid)
                # Never across a page's end: the next page may not be mapped.
                while piece := os.pread(fd, min(_CHUNK, _PAGE - (at & (_PAGE - 1))), at):
                    end = piece.find(b"\0")
                    if end >= 0:
                        return out + piece[:end]
                    out += piece
                    at += len(piece)
                    if len(out) > _PAGE * 4:
                        return None
            except OSError:
                pass
            self._forget_memory(tid)
        return None

    def _open(self, tid: int) -> int:
        fd = self._memory.get(tid)
        if fd is None:
            if len(self._memory) >= _KEPT_OPEN:
                self.close()
            fd = self._memory[tid] = os.open(f"/proc/{tid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        return fd

    def _forget_memory(self, tid: int) -> None:
        fd = self._memory.pop(tid, None)
        if fd is not None:
            os.close(fd)
        # The number may belong to another thread by now.
        self._process.pop(tid, None)

    def process(self, tid: int) -> tuple[int, int]:
        """The process that a thread belongs to, and that one's parent (0: unknown)."""
        known = self._process.get(tid)
        if known is None:
            known = self._process[tid] = read_kin(tid) or (tid, 0)
        return known

    def replaced(self, tid: int) -> None:
        """Take note that a thread is about to start another program.

        A vfork child shares its parent's memory until then: a descriptor opened before would go on
        showing the parent's, without an error. The thread also takes over its process's number.
        """
        process = self.process(tid)[0]
        self._forget_memory(tid)
        self._forget_memory(process)

    def ended(self, tid: int) -> None:
        """Take note that a thread's process ends: their numbers may be given again."""
        process = self.process(tid)[0]
        self._forget_memory(tid)
        self._forget_memory(process)

    def streams(self, tid: int) -> dict[int, str]:
        """Which pipes and files the standard streams are."""
        found = {}
        for number in (0, 1, 2):
            try:
                name = os.readlink(f"/proc/{tid}/fd/{number}")
            except OSError:
                continue
            if name.startswith(("pipe:", "/")) and not name.startswith("/dev/"):
                found[number] = name
        return found

    def folder(self, tid: int, descriptor: int) -> str | None:
        """The folder that a relative path starts from: the current one, or an open one."""
        low = descriptor & 0xFFFFFFFF
        name = f"/proc/{tid}/cwd" if low == _AT_FDCWD else f"/proc/{tid}/fd/{low}"
        try:
            path = os.readlink(name)
        except OSError:
            return None
        return path if path.startswith("/") else None

    def close(self) -> None:
        """Close every descriptor that is kept open."""
        for fd in self._memory.values():
            os.close(fd)
        self._memory.clear()
        self._process.clear()


def read_kin(tid: int) -> tuple[int, int] | None:
    """The process of a thread, and its parent; ``None`` when it is gone."""
    try:
        with open(f"/proc/{tid}/status", "rb", buffering=0) as status:
            text = status.read(2048)
    except OSError:
        return None
    process = text.find(b"\nTgid:\t")
    parent = text.find(b"\nPPid:\t")
    return _number_at(text, process + 7), _number_at(text, parent + 7)


def _number_at(text: bytes, at: int) -> int:
    return int(text[at : text.index(b"\n", at)])
