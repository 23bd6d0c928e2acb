"""A child process of the rebuilt environment, closed in, for formats that run code when loaded.

Nothing that such a file says is ever run by Whence's own process. What the child may do is told in
``walls``; where the machine permits none of these walls, the child still works in an empty folder,
with a closed environment. Its answer is data: one JSON object, bounded, on a descriptor of its own.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whence.errors import SandboxError
from whence.reproduction import walls
from whence.reproduction.comparers import inside

SECONDS = 120.0
MEMORY = 8 << 30
"""Bytes of addresses, of which learning libraries reserve far more than they use."""

_LONGEST = 8 << 20
"""Bytes of an answer."""

_PASSED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TZ")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class ChildSandbox:
    """Runs scripts of ``comparers/inside`` by another interpreter, behind walls.

    Attributes:
        built: The names of the walls that stood around the last child.
    """

    def __init__(
        self,
        interpreter: Path,
        *,
        code: Sequence[Path] = (),
        main: Path | None = None,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> None:
        """As attributes say.

        Args:
            interpreter: The environment's Python.
            code: Folders in which the program found its own modules.
            main: The program itself: its classes are those of ``__main__`` in its pickles.
            seconds: How long an answer may take.
            memory: Bytes of addresses that the child may have.
        """
        self._interpreter = interpreter
        self._code = tuple(code)
        self._main = main
        self._seconds = seconds
        self._memory = memory
        self.built: tuple[str, ...] = ()

    def ask(self, script: str, words: Sequence[str], readable: Sequence[Path]) -> Mapping[str, Any]:
        """Runs a script of ours with these arguments; its answer, one JSON object.

        ``readable`` is what it will read: each must be there. What else lies on this machine can be
        read too; nothing of it can leave but by the answer.

        Raises:
            SandboxError: it ended without an answer; says why.
        """
        for path in readable:
            if not path.exists():
                raise SandboxError(f"{path} is not there", hint="it may have been moved meanwhile")
        folder = Path(tempfile.mkdtemp(prefix="whence-sandbox-"))
        try:
            return self._ask(script, words, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _ask(self, script: str, words: Sequence[str], folder: Path) -> Mapping[str, Any]:
        answer, answers = os.pipe()
        told, tells = os.pipe()
        plan = self._plan(script, words, folder, answers, tells)
        with tempfile.TemporaryFile() as said:
            try:
                child = subprocess.Popen(
                    [sys.executable, "-I", "-S", walls.__file__, json.dumps(plan)],
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    pass_fds=(answers, tells),
                    start_new_session=True,
                    env={},
                )
            except OSError as error:
                os.close(answer)
                os.close(told)
                raise SandboxError(f"the sandbox cannot be started: {error}") from error
            finally:
                os.close(answers)
                os.close(tells)
            try:
                found = _read(answer, time.monotonic() + self._seconds, self._seconds)
                self.built = tuple(os.read(told, 4096).decode().split())
            finally:
                os.close(answer)
                os.close(told)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            said.seek(max(0, said.seek(0, os.SEEK_END) - 2000))
            return _understood(found, said.read(), child.returncode)

    def _plan(
        self, script: str, words: Sequence[str], folder: Path, answers: int, tells: int
    ) -> dict[str, Any]:
        variables = {name: os.environ[name] for name in _PASSED if name in os.environ}
        variables |= dict.fromkeys(_ONE_THREAD, "1")
        variables |= dict.fromkeys(
            ("HOME", "TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR"), str(folder)
        )
        variables |= {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
        question = {
            "answer": answers,
            "script": script,
            "words": list(words),
            "code": [str(path.absolute()) for path in self._code],
            "main": str(self._main.absolute()) if self._main else "",
        }
        start = Path(inside.__file__).with_name("start.py")
        interpreter = str(self._interpreter.absolute())
        return {
            "command": [interpreter, "-I", "-B", "-X", "utf8", str(start), json.dumps(question)],
            "variables": variables,
            "folder": str(folder),
            "memory": self._memory,
            "seconds": max(1, int(self._seconds)),
            "told": tells,
        }


def _read(answer: int, until: float, seconds: float) -> bytes:
    """Everything that the child says before it closes its end.

    Raises:
        SandboxError: that took too long, or was too much.
    """
    found = bytearray()
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([answer], [], [], left)[0]:
            raise SandboxError(
                f"the sandbox gave no answer within {seconds:.0f} s",
                hint="the file may be large, or what loads it may hang",
            )
        block = os.read(answer, 1 << 16)
        if not block:
            return bytes(found)
        found += block
        if len(found) > _LONGEST:
            raise SandboxError(f"the sandbox answered more than {_LONGEST >> 20} MiB")


def _understood(found: bytes, said: bytes, status: int) -> Mapping[str, Any]:
    try:
        told = json.loads(found)
    except ValueError:
        told = None
    if isinstance(told, dict):
        return told
    lines = said.decode(errors="replace").strip().splitlines()
    last = f": {lines[-1][:300]}" if lines else f" (status {status})"
    raise SandboxError(
        f"the sandbox ended without an answer{last}",
        hint="the environment may lack the library that wrote the file",
    )
